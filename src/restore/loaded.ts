import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Session } from "../postgres/types.ts";
import type { ArchiveEntry } from "./archive.ts";
import type { RawError } from "./ledger.ts";
import { NotSql, tokenize } from "./sql-tokens.ts";

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
    const [found] = await session.query<{ name: string | null }>(
      "SELECT to_regclass(format('%I.%I', $1::text, $2::text))::text AS name",
      [target.schema, target.table],
    );
    const name = found?.name ?? null;
    const rows = name === null ? [] : await session.query(`SELECT 1 FROM ${name} LIMIT 1`);
    if (rows.length > 0) continue;
    const why = name === null ? "the table does not exist" : "the table is empty, though the archive has rows for it";
    errors.push({ dumpId: entry.dumpId, message: `not loaded: ${why}` });
  }
  return errors;
}
