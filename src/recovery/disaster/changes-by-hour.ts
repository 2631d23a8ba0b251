import { IthacaError } from "../../base/errors.ts";
import { connectToRead } from "../../postgres/pooler.ts";
import type { Target } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";

const columnsSql = recoverySql("disaster/changed-columns");

/** How many rows of a table say that they were changed, or made, in an hour. */
export interface HourOfChanges {
  readonly table: string;
  readonly column: string;
  /** The hour's beginning, ISO 8601 UTC. */
  readonly hour: string;
  readonly rows: number;
}

export interface ChangesByHour {
  readonly hours: readonly HourOfChanges[];
  /** Tables that could not be read in time, or not at all. */
  readonly unread: readonly string[];
}

/** Seconds for one table: a large one without an index on its time is read whole. */
const tableLimit = 60;

/**
 * Reads a histogram of changes by table and hour from the tables' own times. READ ONLY; rows are counted, none is read out.
 *
 * @param since ISO 8601; older changes are not looked at
 */
export async function changesByHour(target: Target, since: string, signal: AbortSignal): Promise<ChangesByHour> {
  await using session = await connectToRead(target, "ithaca disaster");
  await session.query(`SET statement_timeout = '${tableLimit}s'`);
  const columns = await session.query<{ table: string; column: string }>(columnsSql);
  const hours: HourOfChanges[] = [];
  const unread = new Set<string>();
  for (const { table, column } of columns) {
    signal.throwIfAborted();
    try {
      const rows = await session.query<{ hour: string; rows: number }>(
        `SELECT to_char(date_trunc('hour', ${column}::timestamptz AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS hour,
           count(*)::float8 AS rows
         FROM ${table} WHERE ${column} >= $1::timestamptz AND ${column} <= now() GROUP BY 1`,
        [since],
      );
      hours.push(...rows.map((row) => ({ table, column, ...row })));
    } catch (error) {
      // A session that is gone can read no other table either.
      if (error instanceof IthacaError) throw error;
      unread.add(table);
    }
  }
  return { hours, unread: [...unread] };
}

/** An hour in which many more rows were changed than usual. */
export interface BusyHour extends HourOfChanges {
  /** The median of this table's other hours with changes; 0 where there are none. */
  readonly usual: number;
}

/** Fewer rows than this nobody attacks for; so many times the usual is no daily work. */
const leastRows = 20;
const timesUsual = 5;

/** The middle one of some numbers; 0 of none. */
export const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** The hours that stand out, the earliest first. An import and a new year's promotion do so too: people decide. */
export function busyHours(hours: readonly HourOfChanges[]): BusyHour[] {
  const byColumn = Map.groupBy(hours, ({ table, column }) => `${table}\n${column}`);
  return [...byColumn.values()]
    .flatMap((all) =>
      all.map((one) => ({ ...one, usual: median(all.filter((other) => other !== one).map(({ rows }) => rows)) })),
    )
    .filter(({ rows, usual }) => rows >= leastRows && rows >= usual * timesUsual)
    .sort((a, b) => a.hour.localeCompare(b.hour) || b.rows - a.rows);
}
