import type { ArchiveEntry } from "./archive.ts";

/**
 * Divides entries so that the indexes of partitions are attached to those of their partitioned tables by one connection.
 * An index of a partitioned table becomes valid with the last of its parts. Two connections that attach a part each at the same
 * time do not see the other's, so that the index stays invalid and nobody says so; or they wait for each other.
 *
 * @returns what may be loaded in jobs, and behind it, one entry after the other, the attachments and all that depends on them
 */
export function apartFromAttachments(entries: readonly ArchiveEntry[]): {
  readonly inJobs: readonly ArchiveEntry[];
  readonly oneByOne: readonly ArchiveEntry[];
} {
  const late = new Set(entries.filter(({ desc }) => desc === "INDEX ATTACH").map(({ dumpId }) => dumpId));
  // An entry may stand before what it depends on.
  for (let before = -1; late.size > 0 && before !== late.size; ) {
    before = late.size;
    for (const { dumpId, dependencies } of entries) if (dependencies.some((id) => late.has(id))) late.add(dumpId);
  }
  return {
    inJobs: entries.filter(({ dumpId }) => !late.has(dumpId)),
    oneByOne: entries.filter(({ dumpId }) => late.has(dumpId)),
  };
}
