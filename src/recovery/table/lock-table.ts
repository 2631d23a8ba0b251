import { sleep } from "../../base/sleep.ts";
import type { Session } from "../../postgres/types.ts";
import { tableErrors } from "./errors.ts";
import { sqlstateOf } from "./server-errors.ts";

/** So often a lock is asked for: whoever waits for a lock makes everybody behind wait too, so each wait is short. */
const attempts = 5;

/**
 * Locks a table within a transaction. Readers are never kept waiting.
 *
 * @param mode `ROW EXCLUSIVE` is what any INSERT takes; `SHARE ROW EXCLUSIVE` keeps other writers waiting
 * @param seconds for one attempt
 * @throws table.busy
 */
export async function lockTable(
  session: Session,
  table: string,
  mode: "ROW EXCLUSIVE" | "SHARE ROW EXCLUSIVE",
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    await session.query("SAVEPOINT ithaca_lock");
    try {
      await session.query(`LOCK TABLE ${table} IN ${mode} MODE`);
      await session.query("RELEASE SAVEPOINT ithaca_lock");
      return;
    } catch (error) {
      if (sqlstateOf(error) !== "55P03") throw error;
      await session.query("ROLLBACK TO SAVEPOINT ithaca_lock; RELEASE SAVEPOINT ithaca_lock");
      if (attempt === attempts) throw tableErrors.busy({ table, seconds }, { cause: error });
      await sleep(200 * attempt, signal);
    }
  }
}
