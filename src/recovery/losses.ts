import { readFreshness } from "../census/freshness.ts";
import { listRelations } from "../census/relations.ts";
import { type ListedTable, listTables, type Part } from "../census/table-list.ts";
import { reading } from "../census/transaction.ts";
import type { Census, Scope } from "../census/types.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import type { Session } from "../postgres/types.ts";
import { recoverySql } from "./sql.ts";
import type { TableLoss, TimestampPair } from "./types.ts";

const timeColumnsSql = recoverySql("time-columns");

/** What production holds now, beside what a backup holds. */
export interface NowAndThen {
  readonly losses: readonly TableLoss[];
  readonly timestamps: readonly TimestampPair[];
}

interface Counts {
  readonly rows: number;
  readonly younger: number | null;
}

/** The stretch of time whose rows count as younger than the restore point: to its end, or for ever. */
interface Younger {
  readonly at: string;
  readonly until?: string;
}

/** One scan per table: all rows, and those that are younger than the restore point where a column says so. */
function countQuery(part: Part, column: string | undefined): string {
  const within = `${column} > $1::timestamptz AND ${column} <= $2::timestamptz`;
  const younger = column === undefined ? "NULL" : `count(*) FILTER (WHERE ${within})`;
  const where = part.condition.trim() === "" ? "" : part.condition;
  return `SELECT count(*)::float8 AS rows, ${younger}::float8 AS younger FROM ONLY ${part.qualified} ${where}`;
}

async function count(
  session: Session,
  table: ListedTable,
  columns: Map<number, string>,
  { at, until = "infinity" }: Younger,
): Promise<Counts> {
  let rows = 0;
  let younger: number | null = table.parts.every(({ oid }) => columns.has(oid)) ? 0 : null;
  for (const part of table.parts) {
    const column = columns.get(part.oid);
    const [found] = await session.query<{ rows: number; younger: number | null }>(
      countQuery(part, column),
      column === undefined ? [] : [at, until],
    );
    rows += part.sign * (found?.rows ?? 0);
    if (younger !== null) younger += found?.younger ?? 0;
  }
  return { rows, younger };
}

/**
 * Counts production's rows by table and sets them beside a backup's, and the newest signs of life beside those of then.
 * Every row is counted; nothing is estimated. Reads in a READ ONLY transaction.
 *
 * @param session on production, outside a transaction
 * @param restored the census of the restore point; null where there is none, such as of the platform's own backups
 * @param at the restore point, ISO 8601
 * @param until rows that were made later than that are nobody's loss; ISO 8601
 */
export async function compareWithNow(
  session: Session,
  {
    scope,
    database,
    restored,
    ...younger
  }: { scope: Scope; database: DatabasePlan; restored: Census | null } & Younger,
): Promise<NowAndThen> {
  return await reading(session, {}, async () => {
    const relations = await listRelations(session);
    const { tables } = await listTables(session, relations, scope);
    const oids = tables.flatMap(({ parts }) => parts.map(({ oid }) => oid));
    const rows = await session.query<{ oid: number; column: string }>(timeColumnsSql, [oids]);
    const columns = new Map(rows.map(({ oid, column }) => [oid, column]));
    const losses = new Map<string, TableLoss>();
    for (const [table, { rows, kind }] of Object.entries(restored?.tables ?? {})) {
      if (kind !== "extension-table") losses.set(table, { table, rows_now: null, rows_then: rows, younger: null });
    }
    for (const table of tables.filter(({ kind, populated }) => populated && kind !== "extension-table")) {
      const counted = await count(session, table, columns, younger);
      const rows_then = losses.get(table.name)?.rows_then ?? null;
      losses.set(table.name, { table: table.name, rows_now: counted.rows, rows_then, younger: counted.younger });
    }
    const { readings } = await readFreshness(session, relations, database.freshness);
    const timestamps = readings.map(({ table, column, newest }) => ({
      what: `${table}.${column}`,
      now: newest,
      restored: restored?.freshness.find((one) => one.table === table && one.column === column)?.newest ?? null,
    }));
    return { losses: [...losses.values()].sort((a, b) => (a.table < b.table ? -1 : 1)), timestamps };
  });
}

/** Tables in which something would change in number: what a person must look at first. */
export function changedTables(losses: readonly TableLoss[]): TableLoss[] {
  return losses.filter(
    ({ rows_now, rows_then, younger, gone = 0 }) => rows_now !== rows_then || (younger ?? 0) > 0 || gone > 0,
  );
}
