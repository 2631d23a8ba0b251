import { type WriteCounters, writtenBetween } from "../../census/writes.ts";
import { type BusyHour, median } from "./changes-by-hour.ts";

/** Rows of a table in one census beside the next one's: mass changes are an attacker's trace. */
export interface Anomaly {
  readonly table: string;
  readonly rows_before: number;
  readonly rows_after: number;
  /** Between which two censuses it happened, ISO 8601 UTC. */
  readonly after: string;
  readonly before: string;
}

/** Less than this share of a table is daily work; fewer rows than this nobody attacks for. */
const massShare = 0.2;
const massRows = 20;

export interface Figures {
  readonly taken_at: string;
  readonly table_rows: Readonly<Record<string, number>> | null;
}

/**
 * The tables that lost many rows between two backups, the earliest first: the attack began between the two times of the
 * first, or before, where rows were only changed.
 *
 * @param history figures of backups in any order
 */
export function massChanges(history: readonly Figures[]): Anomaly[] {
  const inOrder = [...history].sort((a, b) => a.taken_at.localeCompare(b.taken_at));
  return inOrder.slice(1).flatMap((now, index) => {
    const then = inOrder[index];
    if (then?.table_rows == null || now.table_rows === null) return [];
    const { table_rows } = now;
    return Object.entries(then.table_rows).flatMap(([table, rows]) => {
      const left = table_rows[table] ?? 0;
      const lost = rows - left;
      if (lost < massRows || lost / rows < massShare) return [];
      return [{ table, rows_before: rows, rows_after: left, after: then.taken_at, before: now.taken_at }];
    });
  });
}

/** Tables whose rows were written in a mass between two readings of PostgreSQL's own counters, the most first. */
export function massWrites(
  from: WriteCounters | undefined,
  to: WriteCounters | undefined,
  rows: Readonly<Record<string, number>>,
): { readonly table: string; readonly written: number }[] {
  return Object.entries(rows)
    .flatMap(([table, before]) => {
      const written = writtenBetween(from, to, table);
      const mass = written.known && written.rows >= massRows && written.rows >= before * massShare;
      return mass ? [{ table, written: written.rows }] : [];
    })
    .sort((a, b) => b.written - a.written);
}

/** What a backup's census says of writes. */
export interface Reading {
  readonly taken_at: string;
  readonly writes: WriteCounters | undefined;
  readonly rows: Readonly<Record<string, number>>;
}

/** A table of which far more rows were written between two backups than usual: so it looks where rows are encrypted. */
export interface Rewritten {
  readonly table: string;
  readonly rows: number;
  /** At most, by the server's own counters. */
  readonly written: number;
  /** The median of the other stretches between two backups; 0 where there are none. */
  readonly usual: number;
  readonly after: string;
  readonly before: string;
}

/** So many times the usual is no daily work. */
const timesUsual = 5;

/**
 * The tables that were written in a mass between two backups although they usually are not, the earliest first. It needs
 * no column that says when a row was changed, and sees rows that were changed and not taken away.
 *
 * @param readings of backups in any order
 */
export function rewrittenTables(readings: readonly Reading[]): Rewritten[] {
  const inOrder = [...readings].sort((a, b) => a.taken_at.localeCompare(b.taken_at));
  const stretches = inOrder.slice(1).flatMap((to, index) => {
    const from = inOrder[index];
    return from === undefined ? [] : [{ from, to }];
  });
  const counted = stretches.flatMap(({ from, to }) =>
    Object.entries(from.rows).flatMap(([table, rows]) => {
      const found = writtenBetween(from.writes, to.writes, table);
      return found.known ? [{ table, rows, written: found.rows, after: from.taken_at, before: to.taken_at }] : [];
    }),
  );
  return [...Map.groupBy(counted, ({ table }) => table).values()]
    .flatMap((all) =>
      all.map((one) => ({ ...one, usual: median(all.filter((other) => other !== one).map(({ written }) => written)) })),
    )
    .filter(
      ({ rows, written, usual }) => written >= massRows && written >= rows * massShare && written >= usual * timesUsual,
    )
    .sort((a, b) => a.after.localeCompare(b.after) || b.written - a.written);
}

/** When an attack may have begun, as far as figures tell: the earliest trace of all; null where there is none. */
export function firstTrace(
  lost: readonly Anomaly[],
  busy: readonly BusyHour[],
  rewritten: readonly Rewritten[] = [],
): string | null {
  return [...[...lost, ...rewritten].map(({ after }) => after), ...busy.map(({ hour }) => hour)].sort()[0] ?? null;
}

/** Traces of each kind that are shown; the rest are counted. */
const shown = 5;

/** The traces as one sentence for each, the earliest first. */
export function describeTraces(
  lost: readonly Anomaly[],
  busy: readonly BusyHour[],
  rewritten: readonly Rewritten[] = [],
): string[] {
  const rest = [lost, busy, rewritten].reduce((sum, { length }) => sum + Math.max(length - shown, 0), 0);
  return [
    ...lost
      .slice(0, shown)
      .map(
        ({ table, rows_before, rows_after, after }) => `${table}: ${rows_before} to ${rows_after} rows after ${after}`,
      ),
    ...busy
      .slice(0, shown)
      .map(
        ({ table, column, hour, rows, usual }) =>
          `${table}.${column}: ${rows} rows in the hour of ${hour}, usually ${usual}`,
      ),
    ...rewritten
      .slice(0, shown)
      .map(
        ({ table, rows, written, usual, after, before }) =>
          `${table}: at most ${written} writes to its ${rows} rows between ${after} and ${before}, usually ${usual}`,
      ),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
}
