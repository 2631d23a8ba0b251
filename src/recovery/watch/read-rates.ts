import type { DatabasePlan } from "../../plan/schema.ts";
import { connect } from "../../postgres/connect.ts";
import { parseQualifiedName, quoteIdentifier } from "../../postgres/quote.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";

const countersSql = recoverySql("counters");

/** The server's counters of one database at one moment. */
export interface Counters {
  readonly commits: number;
  readonly rollbacks: number;
  readonly deadlocks: number;
  /** Since when they count, in seconds. */
  readonly seconds: number;
}

/** What one look at the database finds. */
export interface Look {
  readonly counters: Counters | null;
  /** Errors of the stretch by severity; null where the plan names no table of them, or it cannot be read. */
  readonly errors: Readonly<Record<string, number>> | null;
}

async function errorsBySeverity(
  session: Session,
  log: DatabasePlan["recovery"]["error_log"],
  seconds: number,
): Promise<Look["errors"]> {
  if (log === undefined) return null;
  const { schema, name } = parseQualifiedName(log.table);
  const [severity, at] = [quoteIdentifier(log.severity), quoteIdentifier(log.at)];
  const rows = await session.query<{ severity: string | null; errors: number }>(
    `SELECT ${severity}::text AS severity, count(*)::float8 AS errors
     FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}
     WHERE ${at} > now() - make_interval(secs => $1) GROUP BY 1 ORDER BY 1`,
    [seconds],
  );
  return Object.fromEntries(rows.map((row) => [row.severity ?? "none", row.errors]));
}

/**
 * Reads the counters, and the application's own errors of the last `seconds`. A connection of its own: it is one of
 * those that are counted, once per look.
 */
export async function lookAtRates(target: Target, plan: DatabasePlan, seconds: number): Promise<Look> {
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca watch" });
  const [counters] = await session.query<{ [K in keyof Counters]: number }>(countersSql);
  const errors = await errorsBySeverity(session, plan.recovery.error_log, seconds).catch(() => null);
  return { counters: counters ?? null, errors };
}
