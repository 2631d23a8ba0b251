import { connect } from "./connect.ts";
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
  const seen = new Map<Session, Set<number>>([
    [session, new Set()],
    [other, new Set()],
  ]);
  for (let round = 0; round < 3; round++) {
    for (const [asked, pids] of seen) {
      const [row] = await asked.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      if (row !== undefined) pids.add(row.pid);
    }
  }
  const all = [...seen.values()].flatMap((pids) => [...pids]);
  if (all.length === 2 && new Set(all).size === 2) return;
  throw postgresErrors.transaction_pooler({
    where: describeTarget(session.target),
    why: "two sessions were given the same server connection in turn",
  });
}
