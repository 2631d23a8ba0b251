import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";
import type { Task } from "./hash-tables.ts";

/**
 * Lets sessions share a queue of tasks. The first failure is thrown at once; the others may still be busy then, and
 * stop when their sessions are closed.
 *
 * @param queue is used up; a task may find out that there is more to do, and add it where it belongs: a session that has
 *   nothing to do waits for that while others are busy
 * @param done hears of every task that was finished, and of how many are known of
 */
export async function runTasks(
  sessions: readonly Session[],
  queue: Task[],
  done: (finished: number, known: number) => void = () => {},
): Promise<void> {
  let [running, finished] = [0, 0];
  let failed = false;
  let change = Promise.withResolvers<void>();
  const next = async (): Promise<Task | undefined> => {
    while (queue.length === 0 && running > 0) await change.promise;
    const task = failed ? undefined : queue.shift();
    if (task !== undefined) running += 1;
    return task;
  };
  const work = async (session: Session) => {
    for (let task = await next(); task !== undefined; task = await next()) {
      try {
        await task(session);
      } catch (thrown) {
        failed = true;
        throw thrown;
      } finally {
        running -= 1;
        change.resolve();
        change = Promise.withResolvers();
      }
      finished += 1;
      done(finished, finished + running + queue.length);
    }
  };
  await Promise.all(sessions.map(work));
}

/**
 * Opens READ ONLY sessions that live as long as `stack`. The first answers for host, password and limits before the
 * others are tried.
 */
export async function openSessions(stack: AsyncDisposableStack, target: Target, count: number): Promise<Session[]> {
  const open = async () => {
    const session = await connect(target, { readOnly: true, applicationName: "ithaca census" });
    // Whoever was stopped meanwhile has nobody left who would close it, and an open connection keeps the process alive.
    if (stack.disposed) await session[Symbol.asyncDispose]();
    stack.use(session);
    // The sessions are shared out by us: a query with helpers of its own would take more of the source than the plan allows.
    await session.query("SET max_parallel_workers_per_gather = 0");
    // So that the server ends a long query soon after its client is gone. Some platforms cannot, and need not.
    await session.query("SET client_connection_check_interval = '2s'").catch(() => {});
    return session;
  };
  const first = await open();
  return [first, ...(await Promise.all(Array.from({ length: Math.max(0, count - 1) }, open)))];
}
