import { z } from "zod";
import type { Session } from "../postgres/types.ts";
import { censusSql } from "./sql.ts";

const counts = z.strictObject({
  inserted: z.number(),
  updated: z.number(),
  deleted: z.number(),
  /** Digest of the files that hold the table: another one after TRUNCATE or a rewrite. */
  files: z.string(),
});

/** One reading of PostgreSQL's counters of written rows. */
export const writeCountersSchema = z.strictObject({
  /** What the counters count from; readings with another origin cannot be compared. */
  origin: z.string(),
  tables: z.record(z.string(), counts),
});

export type WriteCounters = z.output<typeof writeCountersSchema>;

const writesSql = censusSql("writes");

/** Counters survive an orderly restart, but nobody can see from here whether it was one. */
const originSql = `SELECT pg_catalog.pg_postmaster_start_time() || ' ' || coalesce(stats_reset::text, 'never') AS origin
  FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()`;

/**
 * Reads how many rows were ever written into each table. Taken *before* a snapshot it bounds from below what the
 * snapshot holds: sessions tell their writes up to ten seconds late, which only makes the difference of two readings
 * larger.
 */
export async function readWrites(session: Session): Promise<WriteCounters> {
  const [origin] = await session.query<{ origin: string }>(originSql);
  const rows = await session.query<{ name: string } & z.output<typeof counts>>(writesSql);
  return {
    origin: origin?.origin ?? "unknown",
    tables: Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])),
  };
}

/** What was written into a table between two readings, at most. */
export type Written =
  | { readonly known: true; readonly rows: number; readonly appearedOrWent: number }
  | { readonly known: false; readonly why: string };

/**
 * Bounds what was written into a table between two readings.
 *
 * @param from undefined where the census was taken by a version that did not read them
 */
export function writtenBetween(from: WriteCounters | undefined, to: WriteCounters | undefined, table: string): Written {
  if (from === undefined || to === undefined) return { known: false, why: "its writes were not counted" };
  if (from.origin !== to.origin) return { known: false, why: "the server was restarted, or its statistics reset" };
  const [before, after] = [from.tables[table], to.tables[table]];
  if (before === undefined || after === undefined) return { known: false, why: "its writes were not counted" };
  if (before.files !== after.files) return { known: false, why: "it was truncated or rewritten" };
  const of = (key: "inserted" | "updated" | "deleted") => after[key] - before[key];
  const parts = [of("inserted"), of("updated"), of("deleted")];
  if (parts.some((part) => part < 0)) return { known: false, why: "its statistics were reset" };
  return {
    known: true,
    rows: parts.reduce((sum, part) => sum + part, 0),
    appearedOrWent: of("inserted") + of("deleted"),
  };
}
