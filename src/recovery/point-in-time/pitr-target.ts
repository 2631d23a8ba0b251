import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { Session } from "../../postgres/types.ts";
import { pointErrors } from "./errors.ts";
import { type MigrationLog, traceMigration } from "./migration.ts";
import { type Point, showPoint } from "./point.ts";

/** When a transaction was committed, where the server keeps that. */
async function committedAt(session: Session, xid: string): Promise<string | null> {
  const [row] = await session.query("SELECT current_setting('track_commit_timestamp') AS tracked");
  if (z.object({ tracked: z.string() }).parse(row).tracked !== "on") return null;
  const [found] = await session.query(
    `SELECT to_char(pg_catalog.pg_xact_commit_timestamp($1::text::xid) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`,
    [xid],
  );
  return z.object({ at: z.string().nullable() }).parse(found).at;
}

/**
 * The second to which a platform that knows whole seconds only has to go back. Of a time its own second; just before a
 * transaction, the last whole second before its commit.
 *
 * @param session on production; null where it does not answer
 * @throws point.only_times; those of `traceMigration`
 */
export async function platformSecond(
  point: Point,
  session: Session | null,
  migrations: MigrationLog,
): Promise<Temporal.Instant> {
  if (point.kind === "time") return point.instant.round({ smallestUnit: "second", roundingMode: "floor" });
  const refuse = (why: string) => pointErrors.only_times({ target: showPoint(point), why });
  if (point.kind !== "transaction" && point.kind !== "migration") throw refuse("only times and transactions can be");
  if (session === null) throw refuse("production does not answer, and nobody else knows its time");
  const xid = point.kind === "transaction" ? point.xid : (await traceMigration(session, migrations, point.version)).xid;
  const at = await committedAt(session, xid);
  if (at === null) throw refuse("production does not keep the times of its transactions (track_commit_timestamp)");
  return Temporal.Instant.from(at).round({ smallestUnit: "second", roundingMode: "ceil" }).subtract({ seconds: 1 });
}
