import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { stopwatch } from "../base/clock.ts";
import { planSchema } from "../plan/schema.ts";
import { connect } from "../postgres/connect.ts";
import type { Session } from "../postgres/types.ts";
import { startArchivedCluster } from "../recovery/pgbackrest/archived-cluster.ts";
import { parsePoint } from "../recovery/point-in-time/parse-point.ts";
import { recoverySql } from "../recovery/sql.ts";
import type { Verified } from "../recovery/types.ts";
import type { Verdict } from "../report/model.ts";
import type { UseCaseContext } from "./context.ts";
import { openPointCopy } from "./point-in-time-copy.ts";
import type { Subject } from "./subject.ts";

const beforeSql = recoverySql("point-in-time/rehearsal-before");
const badMigrationSql = recoverySql("point-in-time/rehearsal-bad-migration");

const stateSql = `SELECT count(*)::int AS rows, coalesce(sum(hashtextextended(children::text, 0)), 0)::text AS hash
  FROM public.children`;
const stateRow = z.object({ rows: z.int(), hash: z.string() });

/** What a local rehearsal came to. */
export interface LocalRehearsal {
  readonly verdict: Verdict;
  readonly checks: readonly Verified[];
  /** `prepare`, `restore`, `prove`, in seconds. */
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
}

/** A made-up database's plan. */
function madeUpSubject(stanza: string): Subject {
  const plan = planSchema.parse({ version: 1, databases: { postgres: { point_in_time: { stanza } } } });
  const { postgres: database } = plan.databases;
  if (database === undefined) throw new Error("the plan has no database");
  return { plan, planDirectory: "/nonexistent", name: "postgres", database };
}

/** The server's clock, apart from the commits around it. */
async function moment(session: Session): Promise<string> {
  await sleep(20);
  const [row] = await session.query<{ at: string }>(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC' AS at`,
  );
  await sleep(20);
  return row?.at ?? "";
}

/**
 * Rehearses the whole way on this machine, with nothing set up: a server of its own that archives into an encrypted repository
 * of its own, writers, a bad migration, the recovery to the moment before it, and the proof. Nothing of it remains.
 */
export async function rehearseLocally(context: UseCaseContext): Promise<LocalRehearsal> {
  const { progress, signal } = context;
  const seconds = stopwatch();
  await using production = await progress.step("Start a made-up server that archives", () => startArchivedCluster());
  await using session = await connect(production.target, { readOnly: false });
  await session.query(beforeSql);
  await progress.step("Back it up", () => production.backUp("full"));
  const over = new AbortController();
  const writing = write(production.target, AbortSignal.any([signal, over.signal]));
  await sleep(200);
  const [state] = await session.query(stateSql);
  const wanted = stateRow.parse(state);
  const at = await moment(session);
  await session.query(badMigrationSql);
  await sleep(100);
  over.abort();
  await writing;
  await session.query("SELECT pg_switch_wal()");
  const prepared = { name: "prepare", seconds: seconds() };

  const environment = { ...context.environment, ...production.environment };
  await using copy = await openPointCopy({ ...context, environment }, madeUpSubject(production.stanza), {
    point: parsePoint(at, context.clock.now()),
    production: production.target,
    lag: { tries: 10, pauseSeconds: 1 },
  });
  const [found] = await copy.session.query(stateSql);
  const checks = [...copy.proven.checks, isBack(wanted, stateRow.parse(found))];
  const failed = checks.some(({ status }) => status === "failed");
  const whole = checks.every(({ status }) => status === "passed");
  return {
    verdict: failed ? "failed" : whole ? "proven" : "inconclusive",
    checks,
    phases: [prepared, ...copy.proven.phases],
  };
}

/** Writes until it is stopped; a table that goes meanwhile is not its business. */
async function write(target: Session["target"], signal: AbortSignal): Promise<void> {
  await using session = await connect(target, { readOnly: false });
  while (!signal.aborted) {
    await session.query("INSERT INTO public.diary (child_id) SELECT 1 + (random() * 499)::int");
  }
}

function isBack(wanted: z.output<typeof stateRow>, found: z.output<typeof stateRow>): Verified {
  const same = wanted.rows === found.rows && wanted.hash === found.hash;
  return {
    id: "point.dropped_table",
    title: "The dropped table is in the copy, row by row",
    status: same ? "passed" : "failed",
    expected: `${wanted.rows} rows`,
    actual: same ? `${found.rows} rows, all alike` : `${found.rows} rows, not all alike`,
    reason: "",
  };
}
