import type { Session } from "../../postgres/types.ts";
import { sqlstate } from "../sqlstate.ts";

/** Errors that end the connection, or the whole of the work: nothing that another way of asking would avoid. */
const fatal = /^(08|40|53|57P|55P03)/;

/** Whether the server merely refused this one statement. */
export function isRefusal(thrown: unknown): boolean {
  const code = sqlstate(thrown);
  return code !== undefined && !fatal.test(code);
}

/**
 * Tries something that a database may rightly refuse: a view that cannot be planned any more, a table that is stored in
 * a way that has no samples, a type whose equality lies in a schema that is not looked into.
 *
 * @returns null where it was refused; the open transaction goes on as before
 */
export async function attempt<T>(session: Session, work: () => Promise<T>): Promise<T | null> {
  await session.query("SAVEPOINT ithaca_attempt");
  try {
    return await work();
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
    await session.query("ROLLBACK TO SAVEPOINT ithaca_attempt");
    return null;
  } finally {
    // A lost connection has already made the error that is on its way.
    await session.query("RELEASE SAVEPOINT ithaca_attempt").catch(() => {});
  }
}
