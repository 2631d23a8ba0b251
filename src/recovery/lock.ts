import { createHash } from "node:crypto";
import { IthacaError } from "../base/errors.ts";
import { connect } from "../postgres/connect.ts";
import { assertOwnServerSession } from "../postgres/pooler.ts";
import { describeTarget, withDatabase } from "../postgres/target.ts";
import type { Session, Target } from "../postgres/types.ts";
import { recoveryErrors } from "./errors.ts";
import { patiently } from "./patience.ts";

const applicationName = "ithaca recovery lock";

/** Keeps other recoveries of the same database away, as long as its session lives. Disposing lets go of it. */
export interface RecoveryLock extends AsyncDisposable {
  /** Throws recovery.lock_lost where the session has gone, and with it the lock. */
  assertHeld(): Promise<void>;
  /**
   * Takes it again where its session has gone, as a swap of the very database that it is in ends it. Only for what comes
   * after the recovery's own work: in between another may have held it.
   *
   * @throws recovery.locked
   */
  holdAgain(): Promise<void>;
}

/** The 64-bit key of a database's recoveries, the same from wherever the server is reached. */
export function lockKey(database: string): string {
  return createHash("sha256").update(`ithaca recovery ${database}`).digest().readBigInt64BE().toString();
}

/**
 * The database that the lock's session is connected to: not the one to recover, which may be renamed or be gone, where
 * the server has another. On a hosted project there is none but it.
 */
async function openLockSession(target: Target): Promise<Session> {
  try {
    return await connect(withDatabase(target, "postgres"), { readOnly: true, applicationName });
  } catch (error) {
    if (!(error instanceof IthacaError) || target.database === "postgres") throw error;
    return await connect(target, { readOnly: true, applicationName });
  }
}

/**
 * One recovery at a time: takes an advisory lock on the target's server and holds it. Advisory locks belong to a
 * database, but `pg_locks` shows those of all, so it does not matter to which database the other run is connected. Two
 * that begin at the same instant may both give way; never do both go on. The lock ends with its session: a run that was
 * killed leaves none behind.
 *
 * @throws recovery.locked; postgres.transaction_pooler
 */
export async function holdRecoveryLock(target: Target): Promise<RecoveryLock> {
  let session = await openAndLock(target);
  const loss = async () =>
    await session.query("SELECT 1").then(
      () => null,
      (cause: unknown) => ({ cause }),
    );
  return {
    async assertHeld() {
      const lost = await loss();
      if (lost !== null) throw recoveryErrors.lock_lost({ where: describeTarget(target) }, lost);
    },
    async holdAgain() {
      if ((await loss()) === null) return;
      await session[Symbol.asyncDispose]();
      session = await openAndLock(target);
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/**
 * The same at a server that is down for now, as while a platform restores it: it is waited for.
 *
 * @param seconds the limit
 * @throws recovery.locked; why it could not be reached, when the time is over; the signal's reason
 */
export async function awaitRecoveryLock(target: Target, seconds: number, signal: AbortSignal): Promise<RecoveryLock> {
  const passes = (thrown: unknown) =>
    thrown instanceof IthacaError && thrown.kind === "surroundings" && !refusals.has(thrown.id);
  return await patiently({ seconds, signal, passes }, () => holdRecoveryLock(target));
}

/** What a server says that is there. */
const refusals: ReadonlySet<string> = new Set(["recovery.locked", "postgres.transaction_pooler"]);

async function openAndLock(target: Target): Promise<Session> {
  const session = await openLockSession(target);
  try {
    // A pooler that lends its connections by the transaction would keep the lock, and give it to somebody else.
    await assertOwnServerSession(session);
    const key = lockKey(target.database);
    await session.query("SELECT pg_try_advisory_lock($1::bigint)", [key]);
    const holders = await session.query<{ pid: number; application: string | null }>(
      `SELECT l.pid, a.application_name AS application
       FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
       WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
         AND (l.classid::bigint << 32) | l.objid::bigint = $1::bigint`,
      [key],
    );
    const other = holders.find(({ pid }) => pid !== session.backendPid);
    if (other !== undefined || holders.length === 0) {
      const by = other === undefined ? "unknown" : `${other.application ?? "unknown"}, process ${other.pid}`;
      throw recoveryErrors.locked({ where: describeTarget(target), by });
    }
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}
