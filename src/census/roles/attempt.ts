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

/** So many questions share a query: one that is refused is looked for among them. */
const together = 40;

/**
 * Tries SELECTs that give the same columns, many with one query: each query of its own costs round trips, while a
 * snapshot is open. One that is refused does not take the others with it.
 *
 * @returns the rows of each, in their order; null for one that was refused
 */
export async function attemptAll<T>(
  session: Session,
  selects: readonly string[],
): Promise<readonly (readonly T[] | null)[]> {
  if (selects.length === 0) return [];
  if (selects.length <= together) {
    const sql = selects.map((select, place) => `SELECT ${place} AS place, q.* FROM (${select}) AS q`);
    const rows = await attempt(session, () => session.query<T & { readonly place: number }>(sql.join("\nUNION ALL\n")));
    if (rows !== null) {
      const answers = Map.groupBy(rows, ({ place }) => place);
      return selects.map((_, place) => answers.get(place) ?? []);
    }
    if (selects.length === 1) return [null];
  }
  const half = Math.ceil(selects.length / 2);
  return [
    ...(await attemptAll<T>(session, selects.slice(0, half))),
    ...(await attemptAll<T>(session, selects.slice(half))),
  ];
}
