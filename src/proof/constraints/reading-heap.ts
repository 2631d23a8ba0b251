import type { Session } from "../../postgres/types.ts";
import { inReadOnly, type ReadOnlyOptions } from "../read-only.ts";

/**
 * Runs work in a READ ONLY transaction in which the rows are read from the tables themselves and from no index, and
 * expressions give what they give in the database's own sessions.
 */
export async function readingHeap<T>(
  session: Session,
  work: () => Promise<T>,
  options: ReadOnlyOptions = {},
): Promise<T> {
  const settings = { enable_indexscan: "off", enable_indexonlyscan: "off", enable_bitmapscan: "off" };
  return inReadOnly(session, { ...options, ownValues: true, settings }, work);
}
