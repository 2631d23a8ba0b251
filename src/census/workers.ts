import type { Session } from "../postgres/types.ts";
import type { Task } from "./hash-tables.ts";

/**
 * Lets sessions share a queue of tasks. The first failure is thrown at once; the others may still be busy then, and
 * stop when their sessions are closed.
 */
export async function runTasks(
  sessions: readonly Session[],
  tasks: readonly Task[],
  done: (finished: number) => void = () => {},
): Promise<void> {
  let next = 0;
  let finished = 0;
  let failed = false;
  const work = async (session: Session) => {
    for (let task = tasks[next++]; task !== undefined && !failed; task = tasks[next++]) {
      try {
        await task(session);
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
      done(++finished);
    }
  };
  await Promise.all(sessions.map(work));
}
