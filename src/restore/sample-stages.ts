import type { ArchiveEntry } from "./archive.ts";

/*
 * An archive of which only some tables' rows are loaded, in an order in which every definition still comes to be as it
 * was. A foreign key from a table with rows to one without would be refused: it is made before the rows come, while both
 * are empty, and the rows are loaded past its triggers.
 */

/** Which rows are loaded, and in which order: a wave begins only while there is time for it. */
export interface SampleOfRows {
  /** Ids of the entries that hold rows or large objects, wave by wave; the first is loaded in any case. */
  readonly waves: readonly ReadonlySet<number>[];
  /** Asked before every wave but the first; where it says no, that wave and those behind it stay empty. */
  readonly goOn: (wave: number) => boolean;
}

/** What is loaded when. */
export interface SampleStages {
  /** Every definition that rows do not have to wait for, foreign keys to tables that stay empty among them. */
  readonly first: readonly ArchiveEntry[];
  /** The rows, where sequences stand, and large objects as far as they are wanted. */
  readonly rows: readonly ArchiveEntry[];
  /** Of those, what comes with the first wave, whatever is wanted: where sequences stand, and what large objects there are. */
  readonly atOnce: ReadonlySet<number>;
  /** What must find the rows in place, or would act on them, and all that hangs on it. */
  readonly last: readonly ArchiveEntry[];
}

const holdsData = new Set(["TABLE DATA", "SEQUENCE SET", "BLOBS", "BLOB COMMENTS", "LARGE OBJECT"]);

const attached = new Set(["COMMENT", "ACL", "SECURITY LABEL"]);

/**
 * Since 17 pg_dump makes large objects among the data, in groups (`BLOB METADATA`) on which their comments and rights
 * hang; before, each was a definition.
 */
function comesAtOnce(entries: readonly ArchiveEntry[]): Set<number> {
  const groups = new Set(entries.filter(({ desc }) => desc === "BLOB METADATA").map(({ dumpId }) => dumpId));
  const isOne = ({ desc, dumpId, dependencies }: ArchiveEntry) =>
    desc === "SEQUENCE SET" || groups.has(dumpId) || (attached.has(desc) && dependencies.some((id) => groups.has(id)));
  return new Set(entries.filter(isOne).map(({ dumpId }) => dumpId));
}

/** Made after the rows whatever table they are of: they would refuse rows that the source has, or act on them. */
const alwaysLast = new Set(["CHECK CONSTRAINT", "TRIGGER", "RULE"]);

/** What a unique key of a table and its partitions consists of. */
const keyParts = new Set(["CONSTRAINT", "INDEX", "INDEX ATTACH"]);

/** Made after the rows of their table, since building an index at once is cheaper than row by row. */
const lastWithRows = new Set(["INDEX", "CONSTRAINT"]);

/**
 * Parts an archive's entries into the three loads of a sample. Each entry that is loaded is in exactly one of them, in
 * the archive's order.
 *
 * @param entries what would be loaded of the whole archive
 * @param sample the entries whose data is wanted
 */
export function sampleStages(entries: readonly ArchiveEntry[], { waves }: Pick<SampleOfRows, "waves">): SampleStages {
  const withRows = ({ dumpId }: ArchiveEntry) => waves.some((wave) => wave.has(dumpId));
  const atOnce = comesAtOnce(entries);
  const isData = ({ desc, dumpId }: ArchiveEntry) => holdsData.has(desc) || atOnce.has(dumpId);
  const rows = entries.filter((entry) => isData(entry) && (atOnce.has(entry.dumpId) || withRows(entry)));
  const definitions = entries.filter((entry) => !isData(entry));
  // A table and its rows share the object id.
  const filled = new Set(rows.filter(({ desc }) => desc === "TABLE DATA").map(({ oid }) => oid));
  const filledTables = new Set(definitions.filter(({ oid }) => filled.has(oid)).map(({ dumpId }) => dumpId));
  const early = referredToAhead(definitions, rows, waves);
  const last = new Set<number>();
  const waits = ({ desc, dumpId, dependencies }: ArchiveEntry) =>
    !early.has(dumpId) &&
    (alwaysLast.has(desc) ||
      (lastWithRows.has(desc) && dependencies.some((id) => filledTables.has(id))) ||
      dependencies.some((id) => last.has(id)));
  // What depends on something that waits, waits too; an entry may stand before what it depends on.
  for (let before = -1; before !== last.size; ) {
    before = last.size;
    for (const entry of definitions) if (!last.has(entry.dumpId) && waits(entry)) last.add(entry.dumpId);
  }
  return {
    first: definitions.filter(({ dumpId }) => !last.has(dumpId)),
    rows,
    atOnce,
    last: definitions.filter(({ dumpId }) => last.has(dumpId)),
  };
}

/** The wave in which each table is filled, a partitioned one with its first partition; by the id of the table's entry. */
function wavesOfTables(
  definitions: readonly ArchiveEntry[],
  rows: readonly ArchiveEntry[],
  waves: SampleOfRows["waves"],
): Map<number, number> {
  const byOid = new Map(rows.map(({ oid, dumpId }) => [oid, waves.findIndex((wave) => wave.has(dumpId))]));
  const found = new Map<number, number>();
  for (const { desc, dumpId, oid } of definitions) {
    const wave = desc === "TABLE" ? byOid.get(oid) : undefined;
    if (wave !== undefined) found.set(dumpId, wave);
  }
  // A partition may be partitioned itself: its parent learns of it in the next round.
  for (let changed = true; changed; ) {
    changed = false;
    for (const { dependencies } of definitions.filter(({ desc }) => desc === "TABLE ATTACH")) {
      const wave = Math.min(...dependencies.flatMap((id) => found.get(id) ?? []));
      for (const id of dependencies) {
        if (!Number.isFinite(wave) || (found.get(id) ?? Number.POSITIVE_INFINITY) <= wave) continue;
        found.set(id, wave);
        changed = true;
      }
    }
  }
  return found;
}

/**
 * The unique keys, with what they consist of, to which a table refers that is filled in an earlier wave than theirs, and
 * these references: there may be no time for the later wave, and then the reference would lead nowhere.
 */
function referredToAhead(
  definitions: readonly ArchiveEntry[],
  rows: readonly ArchiveEntry[],
  waves: SampleOfRows["waves"],
): ReadonlySet<number> {
  if (waves.length < 2) return new Set();
  const byId = new Map(definitions.map((entry) => [entry.dumpId, entry]));
  const waveOf = wavesOfTables(definitions, rows, waves);
  const early = new Set<number>();
  for (const key of definitions.filter(({ desc }) => desc === "FK CONSTRAINT")) {
    const child = Math.min(...key.dependencies.flatMap((id) => waveOf.get(id) ?? []));
    const parts = new Set<number>();
    const collect = (id: number) => {
      const entry = byId.get(id);
      if (entry === undefined || parts.has(id) || !keyParts.has(entry.desc)) return;
      parts.add(id);
      for (const next of entry.dependencies) collect(next);
    };
    for (const id of key.dependencies) collect(id);
    const parents = [...parts].flatMap((id) => byId.get(id)?.dependencies.flatMap((on) => waveOf.get(on) ?? []) ?? []);
    if (Number.isFinite(child) && parents.some((wave) => wave > child)) {
      for (const id of [key.dumpId, ...parts]) early.add(id);
    }
  }
  return early;
}

/** The name under which a partition's rows are counted: its own schema and table, or those of its topmost parent. */
const nameOf = ({ namespace, tag }: ArchiveEntry) => JSON.stringify([namespace ?? "", tag]);

/**
 * The entries that hold rows by the table that the census counts them under, as JSON of schema and name: the rows of a
 * partitioned table lie in its partitions.
 */
export function rowsByTable(entries: readonly ArchiveEntry[]): ReadonlyMap<string, readonly ArchiveEntry[]> {
  const tables = new Map(entries.filter(({ desc }) => desc === "TABLE").map((entry) => [entry.dumpId, nameOf(entry)]));
  const parents = new Map<string, string>();
  for (const attachment of entries.filter(({ desc }) => desc === "TABLE ATTACH")) {
    const own = nameOf(attachment);
    // It depends on both, the whole and the part.
    const parent = attachment.dependencies.flatMap((id) => tables.get(id) ?? []).find((name) => name !== own);
    if (parent !== undefined) parents.set(own, parent);
  }
  const rootOf = (name: string): string => {
    const parent = parents.get(name);
    return parent === undefined ? name : rootOf(parent);
  };
  const data = entries.filter(({ desc }) => desc === "TABLE DATA");
  return Map.groupBy(data, (entry) => rootOf(nameOf(entry)));
}
