import type { CopySession } from "../../postgres/copying.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { countAltered, insertMissing, lastWritten } from "./apply.ts";
import { tableErrors } from "./errors.ts";
import { type Reference, refersTo } from "./references.ts";
import { streamRows } from "./stream-rows.ts";
import type { WorkTable } from "./work-table.ts";

/* Rows of other tables that a foreign key ties to rows which were written: those that refer to them, and those that they need. */

/** A column of production by its name in the backup; null where the backup has none of it. */
export function backupName(work: WorkTable, live: string): string | null {
  return work.mapping.pairs.find((pair) => pair.live === live)?.backup ?? null;
}

/** The temporary table in the backup's database that holds the values of a foreign key which are looked for. */
const wanted = "ithaca_wanted";

/**
 * Brings the backup's rows of a table over that have wanted values in the columns of a foreign key. Only these go over
 * the wire.
 *
 * @param key `end` is the end of it at which `into` stands
 * @param values the query on production that gives the wanted values, in the order of the key's columns
 * @returns whether the backup can be asked: a column of the key may have been added since
 */
export async function bringLinked(
  { production, backup }: { readonly production: CopySession; readonly backup: CopySession },
  { key, end, into, values }: { key: Reference; end: "parent" | "child"; into: WorkTable; values: string },
): Promise<boolean> {
  const names = key.pairs.map((pair) => backupName(into, pair[end]));
  if (names.some((name) => name === null)) return false;
  const { from } = into.backup;
  const typed = names.map((name, index) => `${quoteIdentifier(name ?? "")} AS c${index}`).join(", ");
  await backup.query(`CREATE TEMP TABLE ${wanted} AS SELECT ${typed} FROM ${from} WITH NO DATA`);
  await streamRows(production, values, backup, `pg_temp.${wanted}`);
  await backup.query(`ANALYZE pg_temp.${wanted}`);
  await production.query(`TRUNCATE ${into.rows}`);
  const rows = into.mapping.pairs.map((pair) => `r.${quoteIdentifier(pair.backup)}`).join(", ");
  const other = end === "child" ? "parent" : "child";
  const asked = (column: string) => `w.c${key.pairs.findIndex((pair) => pair[other] === column)}`;
  const held = (column: string) => `r.${quoteIdentifier(backupName(into, column) ?? "")}`;
  const match = end === "child" ? refersTo(key, asked, held) : refersTo(key, held, asked);
  await streamRows(
    backup,
    `SELECT ${rows} FROM ${from} AS r WHERE EXISTS (SELECT FROM pg_temp.${wanted} AS w WHERE ${match})`,
    production,
    into.rows,
  );
  await backup.query(`DROP TABLE pg_temp.${wanted}`);
  await production.query(`ANALYZE ${into.rows}`);
  return true;
}

/** Inserts what is missing of a table. @throws table.not_as_written */
export async function insertAsTheyWere(production: CopySession, work: WorkTable): Promise<number> {
  const since = await lastWritten(production, work);
  const inserted = await insertMissing(production, work, "fail");
  const altered = await countAltered(production, work, since);
  if (altered === 0) return inserted;
  const what = `${altered} rows were changed by something while they were written`;
  throw tableErrors.not_as_written({ table: work.shape.sql, what });
}
