import type { QualifiedName } from "../../../postgres/quote.ts";
import type { ArchiveEntry } from "../../../restore/archive.ts";
import { NotSql, tokenize } from "../../../restore/sql-tokens.ts";
import { containerKey, type Ground, hangerKey, tableKey } from "./ground.ts";

/** A table whose rows are replaced, and the file that holds them. */
export interface TableRows {
  readonly schema: string;
  readonly table: string;
  readonly entry: ArchiveEntry;
}

/** What of an archive comes back with its rows. */
export interface RowsChosen {
  readonly tables: readonly TableRows[];
  /** `setval` statements, and refreshes of materialized views. */
  readonly afterwards: readonly ArchiveEntry[];
  /** Tables with rows in the backup that we may not write. */
  readonly kept: readonly QualifiedName[];
}

/** The table that rows go into: of a partition this may be its root. */
function destination(entry: ArchiveEntry): { schema: string; table: string } {
  try {
    const [, schema, , table] = tokenize(entry.copyStatement);
    if (schema !== undefined && table !== undefined) return { schema: schema.value, table: table.value };
  } catch (error) {
    if (!(error instanceof NotSql)) throw error;
  }
  return { schema: entry.namespace ?? "", table: entry.tag };
}

/** Rows of tables that are there and that we may write, and the state of sequences. */
export function chooseRows(entries: readonly ArchiveEntry[], ground: Ground): RowsChosen {
  const tables: TableRows[] = [];
  const kept: QualifiedName[] = [];
  for (const entry of entries) {
    if (entry.desc !== "TABLE DATA") continue;
    const { schema, table } = destination(entry);
    if (ground.writable.has(tableKey(schema, table))) tables.push({ schema, table, entry });
    else kept.push({ schema, name: table });
  }
  const written = new Set(tables.map(({ schema }) => schema));
  const afterwards = entries.filter(({ desc, namespace, owner }) => {
    if (desc === "SEQUENCE SET") return written.has(namespace ?? "");
    return desc === "MATERIALIZED VIEW DATA" && ground.roles.has(owner);
  });
  return { tables, afterwards, kept };
}

/** What holds other objects, and is made only where it is missing: it may hold what is not ours. */
const containers = new Set(["SCHEMA", "EXTENSION", "PUBLICATION"]);
const rowsAndState = new Set([
  "TABLE DATA",
  "SEQUENCE SET",
  "BLOB",
  "BLOBS",
  "BLOB METADATA",
  "MATERIALIZED VIEW DATA",
]);

/** Schemas, extensions and publications of the archive that are not there and that we may make. */
function missingContainers(entries: readonly ArchiveEntry[], ground: Ground): ArchiveEntry[] {
  return entries.filter(
    ({ desc, tag, owner }) =>
      containers.has(desc) &&
      (owner === "" || ground.roles.has(owner)) &&
      !ground.containers.has(containerKey(desc, tag)),
  );
}

/** The ground as it is when the missing schemas are made. */
export function withMissingSchemas(entries: readonly ArchiveEntry[], ground: Ground): Ground {
  const made = missingContainers(entries, ground).filter(({ desc }) => desc === "SCHEMA");
  return { ...ground, schemas: new Set([...ground.schemas, ...made.map(({ tag }) => tag)]) };
}

/**
 * What makes our definitions anew: everything in our schemas that belongs to a role of ours, less rows and grants. A schema and
 * a publication that are there are in each other's lists as they are now: only where one of them is made anew it is added again.
 */
export function chooseDefinitions(
  entries: readonly ArchiveEntry[],
  ground: Ground,
): { readonly definitions: readonly ArchiveEntry[]; readonly grants: readonly ArchiveEntry[] } {
  const missing = new Set(missingContainers(entries, ground).map(({ dumpId }) => dumpId));
  const ours = entries.filter(
    ({ dumpId, namespace, owner, desc, dependencies }) =>
      missing.has(dumpId) ||
      dependencies.some((id) => missing.has(id) && desc === "ACL") ||
      (namespace !== null &&
        ground.schemas.has(namespace) &&
        (owner === "" || ground.roles.has(owner)) &&
        !rowsAndState.has(desc) &&
        desc !== "DEFAULT ACL" &&
        (desc !== "PUBLICATION TABLES IN SCHEMA" || dependencies.some((id) => missing.has(id)))),
  );
  return {
    definitions: [...ours.filter(({ desc }) => desc !== "ACL"), ...hangingLoose(entries, ours, ground)],
    grants: ours.filter(({ desc }) => desc === "ACL"),
  };
}

/**
 * What lies in no schema, is there now, and goes where something of ours is dropped that it calls or converts; with comments on it.
 * One that was dropped since the backup stays away: it is not told from what is the whole server's.
 */
function hangingLoose(
  entries: readonly ArchiveEntry[],
  ours: readonly ArchiveEntry[],
  ground: Ground,
): readonly ArchiveEntry[] {
  const anew = new Set(ours.map(({ dumpId }) => dumpId));
  const loose = entries.filter(
    ({ desc, tag, dependencies }) =>
      ground.loose.has(containerKey(desc, tag)) && dependencies.some((id) => anew.has(id)),
  );
  const chosen = new Set(loose.map(({ dumpId }) => dumpId));
  const comments = entries.filter(
    ({ desc, dependencies }) => desc === "COMMENT" && dependencies.some((id) => chosen.has(id)),
  );
  return [...loose, ...comments];
}

/** Triggers and policies on the platform's tables that are in the archive and not in the database. */
export function chooseHangers(entries: readonly ArchiveEntry[], ground: Ground): ArchiveEntry[] {
  return entries.filter(({ desc, namespace, tag }) => {
    if ((desc !== "TRIGGER" && desc !== "POLICY") || namespace === null || ground.schemas.has(namespace)) return false;
    // `users on_auth_user_created`: both may hold spaces, so every way to part them is tried.
    const words = tag.split(" ");
    return !words.some((_, at) =>
      ground.hangers.has(hangerKey(desc, namespace, words.slice(0, at).join(" "), words.slice(at).join(" "))),
    );
  });
}
