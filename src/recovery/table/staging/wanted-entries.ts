import type { QualifiedName } from "../../../postgres/quote.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";

const nameOf = ({ schema, name }: QualifiedName) => JSON.stringify([schema, name]);
const entryName = ({ namespace, tag }: ArchiveEntry) => JSON.stringify([namespace, tag]);

/**
 * The entries of an archive that hold the rows of these tables. The rows of a partitioned table lie in its partitions, which
 * are found through the entries that attach them.
 */
export function dataEntries(entries: readonly ArchiveEntry[], tables: readonly QualifiedName[]): ArchiveEntry[] {
  const names = new Set(tables.map(nameOf));
  const definitions = new Map(entries.filter(({ desc }) => desc === "TABLE").map((entry) => [entry.dumpId, entry]));
  const attachments = entries.filter(({ desc }) => desc === "TABLE ATTACH");
  for (let grown = true; grown; ) {
    grown = false;
    for (const attachment of attachments.filter((entry) => !names.has(entryName(entry)))) {
      const parents = attachment.dependencies.map((id) => definitions.get(id));
      // It depends on both, the whole and the part.
      if (!parents.some((parent) => parent !== undefined && names.has(entryName(parent)))) continue;
      names.add(entryName(attachment));
      grown = true;
    }
  }
  return entries.filter((entry) => entry.desc === "TABLE DATA" && names.has(entryName(entry)));
}

/** Definitions and rows of other tables that a staging copy does not need. */
const rowsOfOthers = new Set(["TABLE DATA", "BLOB", "BLOBS", "BLOB METADATA", "LARGE OBJECT"]);

/** What of an archive is loaded beside: every definition, which costs little, and the rows of these entries alone. */
export function stagedEntries(entries: readonly ArchiveEntry[], data: readonly ArchiveEntry[]): ArchiveEntry[] {
  const wanted = new Set(data.map(({ dumpId }) => dumpId));
  return entries.filter(({ desc, dumpId }) => !rowsOfOthers.has(desc) || wanted.has(dumpId));
}
