import type { Session } from "../../postgres/types.ts";
import { inReadOnly, type ReadOnlyOptions } from "../read-only.ts";

/** Runs work in a READ ONLY transaction in which the rows are read from the tables themselves and from no index. */
export async function readingHeap<T>(
  session: Session,
  work: () => Promise<T>,
  options: ReadOnlyOptions = {},
): Promise<T> {
  return inReadOnly(session, options, async () => {
    await session.query(`SELECT set_config(name, 'off', true)
      FROM unnest(ARRAY['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan']) AS name`);
    return work();
  });
}
