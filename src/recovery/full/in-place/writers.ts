import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { quoteIdentifier } from "../../../postgres/quote.ts";
import type { Session, Target } from "../../../postgres/types.ts";
import { markerSchema } from "../../marker.ts";
import { recoverySql } from "../../sql.ts";
import { openWritingSession } from "../../writing-session.ts";

const writtenSql = recoverySql("full/written");
const endSessionsSql = recoverySql("full/end-sessions");

const tries = 50;
const pause = 100;

const open = (target: Target) => openWritingSession(target, "ithaca recovery writers");

/** The server's count of all rows ever written: it moves when somebody writes. */
export async function writtenSoFar(target: Target): Promise<string> {
  await using session = await open(target);
  const [row] = await session.query<{ written: string }>(writtenSql, [markerSchema]);
  return row?.written ?? "";
}

const horizonSql = recoverySql("full/horizon");

/** Marks a moment by a transaction: whatever is written later, and committed, is of this one or a later one. */
export async function horizonNow(target: Target): Promise<string> {
  await using session = await open(target);
  const [row] = await session.query<{ horizon: string }>(horizonSql);
  if (row === undefined) throw new Error("the server says nothing of its transactions");
  return row.horizon;
}

/** Ends the others' sessions until none is left that we may end. A session that ends hands in its counts. */
async function endSessions(session: Session): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const [row] = await session.query<{ ended: number }>(endSessionsSql);
    if ((row?.ended ?? 0) === 0) return;
    await sleep(pause);
  }
}

/** Ends the others' sessions once more, so that they hand in what they have counted. */
export async function collectCounts(target: Target): Promise<void> {
  await using session = await open(target);
  await endSessions(session);
}

const setting = "default_transaction_read_only";

/** What the database itself says of the setting, before we say something else; null where it says nothing. */
export async function readOnlySetting(target: Target): Promise<string | null> {
  await using session = await open(target);
  const [row] = await session.query<{ value: string }>(
    `SELECT split_part(s, '=', 2) AS value
     FROM pg_db_role_setting AS r, unnest(r.setconfig) AS s
     WHERE r.setrole = 0 AND r.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND s LIKE '${setting}=%'`,
  );
  return row?.value ?? null;
}

/** Every new session reads only, and the old ones are ended: the application can look, and cannot write. */
export async function keepWritersAway(target: Target): Promise<void> {
  await using session = await open(target);
  await session.query(`ALTER DATABASE ${quoteIdentifier(target.database)} SET ${setting} = on`);
  await endSessions(session);
}

/** Lets writers in again. Sessions that began meanwhile would read only for as long as they live, so they are ended. */
export async function letWritersIn(target: Target, before: string | null): Promise<void> {
  await using session = await open(target);
  const database = quoteIdentifier(target.database);
  await session.query(
    before === null
      ? `ALTER DATABASE ${database} RESET ${setting}`
      : `ALTER DATABASE ${database} SET ${setting} = ${before === "on" ? "on" : "off"}`,
  );
  await endSessions(session);
}

const jobRows = z.array(z.object({ id: z.string() }));

async function hasJobs(session: Session): Promise<boolean> {
  const [row] = await session.query<{ there: boolean }>(
    `SELECT to_regclass('cron.job') IS NOT NULL AND EXISTS (
       SELECT FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
       WHERE n.nspname = 'cron' AND p.proname = 'alter_job') AS there`,
  );
  return row?.there === true;
}

/** The jobs of pg_cron that are active, by id; none where there is no pg_cron. */
export async function activeJobs(target: Target): Promise<string[]> {
  await using session = await open(target);
  if (!(await hasJobs(session))) return [];
  return jobRows
    .parse(await session.query("SELECT jobid::text AS id FROM cron.job WHERE active ORDER BY 1"))
    .map(({ id }) => id);
}

/** Switches jobs of pg_cron off or on; one that is gone meanwhile is passed over. */
export async function switchJobs(target: Target, ids: readonly string[], active: boolean): Promise<void> {
  if (ids.length === 0) return;
  await using session = await open(target);
  if (!(await hasJobs(session))) return;
  await session.query(
    "SELECT cron.alter_job(job_id := j.jobid, active := $2) FROM cron.job AS j WHERE j.jobid::text = ANY ($1::text[])",
    [[...ids], active],
  );
}

/** What a session that has just begun is told of read-only transactions, and how many of these jobs are off. */
const doorSql = recoverySql("full/door");

/**
 * Looks with a session of its own whether writers are let in as before, and jobs are on. Whoever reads "Recovered" must
 * not find out from the application that it cannot write.
 *
 * @returns sentences: what is not as it should be, and what to do
 */
export async function stillClosed(target: Target, before: string | null, jobs: readonly string[]): Promise<string[]> {
  const now = await readOnlySetting(target);
  // Another session than that which has changed it: its own default is what any newcomer is given.
  await using session = await open(target);
  const [door] = await session.query<{ closed: boolean }>(doorSql);
  const off = jobs.length === 0 ? [] : await switchedOff(session, jobs);
  const database = quoteIdentifier(target.database);
  const sentences: string[] = [];
  if (now !== before) {
    sentences.push(
      `${setting} of ${target.database} is ${now ?? "not set"}, and was ${before ?? "not set"} before the recovery: look at it before the application writes.`,
    );
  }
  if (door?.closed === true) {
    const was = before === "on" ? ", as before the recovery" : "";
    sentences.push(
      `New sessions of ${target.user} in ${target.database} are READ ONLY${was}. If that is not meant: ALTER DATABASE ${database} RESET ${setting}; then let the application connect anew.`,
    );
  }
  if (off.length > 0) sentences.push(`Jobs of pg_cron that are still switched off: ${off.join(", ")}.`);
  return sentences;
}

/** Those of the jobs that are there and off. */
async function switchedOff(session: Session, ids: readonly string[]): Promise<string[]> {
  if (!(await hasJobs(session))) return [];
  const sql = "SELECT jobid::text AS id FROM cron.job WHERE NOT active AND jobid::text = ANY ($1::text[]) ORDER BY 1";
  return jobRows.parse(await session.query(sql, [[...ids]])).map(({ id }) => id);
}
