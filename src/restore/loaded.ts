import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileSize, inTurns } from "../base/small-files.ts";
import type { Session } from "../postgres/types.ts";
import type { ArchiveEntry } from "./archive.ts";
import type { RawError } from "./ledger.ts";
import { NotSql, tokenize } from "./sql-tokens.ts";

const tablesWithOwnRows = await readFile(
  new URL("../../sql/restore/tables-with-own-rows.sql", import.meta.url),
  "utf8",
);

/** An uncompressed file without a row holds the end-of-data marker only. */
const emptyFileBytes = 5;

/** Schema and table that an entry's rows go to: for a partition this may be its root. */
function tableOf(entry: ArchiveEntry): { schema: string; table: string } | null {
  try {
    const [copy, schema, dot, table] = tokenize(entry.copyStatement);
    const fits = copy?.value === "COPY" && dot?.value === "." && schema !== undefined && table !== undefined;
    return fits ? { schema: schema.value, table: table.value } : null;
  } catch (error) {
    if (error instanceof NotSql) return null;
    throw error;
  }
}

function hasRows(directory: string, entry: ArchiveEntry): boolean {
  return (fileSize(join(directory, entry.fileName)) ?? 0) > emptyFileBytes;
}

/** So many tables share a query, because each query costs a round trip. */
const batchSize = 200;

/** Those of these tables that have a row. Not those of inheritance children, which may be foreign tables. */
async function tablesWithRows(session: Session, tables: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from = 0; from < tables.length; from += batchSize) {
    const batch = tables.slice(from, from + batchSize);
    const asked = batch.map((table, index) => `SELECT ${index} AS place WHERE EXISTS (SELECT FROM ONLY ${table})`);
    for (const { place } of await session.query<{ place: number }>(asked.join("\nUNION ALL\n"))) {
      found.add(batch[place] ?? "");
    }
  }
  return found;
}

/**
 * Which tables have no row on the copy although the archive has rows for them. A tolerant restore leaves a table whose
 * load failed empty, and goes on; a COPY is all or nothing, so one row shows that it went through.
 *
 * @returns one error for each such table
 */
export async function findUnloaded(
  session: Session,
  directory: string,
  entries: readonly ArchiveEntry[],
): Promise<RawError[]> {
  const filled = await inTurns(
    entries.filter(({ desc }) => desc === "TABLE DATA"),
    (entry) => (hasRows(directory, entry) ? entry : null),
  );
  const wanted = filled.flatMap((entry) => {
    const target = entry === null ? null : tableOf(entry);
    return entry === null || target === null ? [] : [{ entry, target }];
  });
  const tables = await session.query<{ place: number; name: string }>(tablesWithOwnRows, [
    wanted.map(({ target }) => target.schema),
    wanted.map(({ target }) => target.table),
  ]);
  const leaves = Map.groupBy(tables, ({ place }) => place);
  const full = await tablesWithRows(session, [...new Set(tables.map(({ name }) => name))]);
  return wanted.flatMap(({ entry }, index) => {
    const own = leaves.get(index + 1) ?? [];
    if (own.some(({ name }) => full.has(name))) return [];
    const why =
      own.length === 0 ? "the table does not exist" : "the table is empty, though the archive has rows for it";
    return [{ dumpId: entry.dumpId, message: `not loaded: ${why}` }];
  });
}
