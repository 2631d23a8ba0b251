import { IthacaError } from "../base/errors.ts";
import { connect, connectUnset } from "./connect.ts";
import { postgresErrors } from "./errors.ts";
import { describeTarget } from "./target.ts";
import type { Session, Target } from "./types.ts";

/** Supavisor's and Supabase's pgbouncer's port for transaction mode; 5432 is session mode. */
const transactionModePort = 6543;

/**
 * Refuses the well-known address of a pooler in transaction mode, before anything is connected. A dump and a census
 * need one server session for many statements.
 */
export function refuseTransactionPooler(target: Target): void {
  if (target.port !== transactionModePort || target.host.startsWith("/")) return;
  throw postgresErrors.transaction_pooler({
    where: describeTarget(target),
    why: `port ${transactionModePort} is the port of Supabase's transaction mode`,
  });
}

/**
 * Refuses a pooler in transaction mode at any address. Such a pooler lends a server connection for one transaction
 * only: two open sessions that ask in turn are given the same one, or one session is given two. In session mode and
 * without a pooler each has one of its own for as long as it lives.
 *
 * @param session outside a transaction
 */
export async function assertOwnServerSession(session: Session): Promise<void> {
  await using other = await connect(session.target, { readOnly: true });
  const ask = (asked: Session) => async () => {
    const [row] = await asked.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return row?.pid;
  };
  await assertTwoProcesses(session.target, [ask(session), ask(other)]);
}

/**
 * The same before anything is set: whatever one session sets behind such a pooler, that it reads only or holds triggers
 * back, the application is given next. A server that cannot be asked lends nothing; who needs it says why.
 *
 * @param timeout milliseconds that the server has to answer
 * @throws transaction_pooler
 */
export async function refuseLentSessions(target: Target, timeout?: number): Promise<void> {
  refuseTransactionPooler(target);
  try {
    await using one = await connectUnset(target, timeout);
    await using other = await connectUnset(target, timeout);
    await assertTwoProcesses(target, [() => one.pid(), () => other.pid()]);
  } catch (thrown) {
    if (!(thrown instanceof IthacaError) || thrown.kind !== "surroundings") throw thrown;
  }
}

/**
 * Opens a session on production that is READ ONLY, and stays with us.
 *
 * @throws transaction_pooler before anything is set; else what `connect` throws
 */
export async function connectToRead(target: Target, applicationName?: string): Promise<Session> {
  await refuseLentSessions(target);
  return await connect(target, { readOnly: true, ...(applicationName === undefined ? {} : { applicationName }) });
}

/** Asks two sessions in turn for their server's process. */
async function assertTwoProcesses(
  target: Target,
  sessions: readonly [() => Promise<number | undefined>, () => Promise<number | undefined>],
): Promise<void> {
  const seen = sessions.map((pid) => ({ pid, pids: new Set<number>() }));
  for (let round = 0; round < 3; round++) {
    for (const { pid, pids } of seen) {
      const found = await pid();
      if (found !== undefined) pids.add(found);
    }
  }
  const all = seen.flatMap(({ pids }) => [...pids]);
  if (all.length === 2 && new Set(all).size === 2) return;
  throw postgresErrors.transaction_pooler({
    where: describeTarget(target),
    why: "two sessions were given the same server connection in turn",
  });
}
