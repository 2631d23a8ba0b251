import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
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

async function hasRows(directory: string, entry: ArchiveEntry): Promise<boolean> {
  return stat(join(directory, entry.fileName)).then(
    (file) => file.size > emptyFileBytes,
    () => false,
  );
}

/** Whether one of these tables has a row. Not those of inheritance children, which may be foreign tables. */
async function anyRow(session: Session, tables: readonly string[]): Promise<boolean> {
  for (const table of tables) if ((await session.query(`SELECT FROM ONLY ${table} LIMIT 1`)).length > 0) return true;
  return false;
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
  const errors: RawError[] = [];
  for (const entry of entries) {
    if (entry.desc !== "TABLE DATA" || !(await hasRows(directory, entry))) continue;
    const target = tableOf(entry);
    if (target === null) continue;
    const tables = await session.query<{ name: string }>(tablesWithOwnRows, [target.schema, target.table]);
    if (
      await anyRow(
        session,
        tables.map(({ name }) => name),
      )
    )
      continue;
    const missing = tables.length === 0;
    const why = missing ? "the table does not exist" : "the table is empty, though the archive has rows for it";
    errors.push({ dumpId: entry.dumpId, message: `not loaded: ${why}` });
  }
  return errors;
}
