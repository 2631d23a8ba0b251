import { quoteIdentifier } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";

export interface ReadOnlyOptions {
  /** Schemas in which unqualified names are looked up; none unless told otherwise. */
  readonly searchPath?: readonly string[];
  /** Seconds that one statement may take; no limit unless told otherwise. */
  readonly timeLimit?: number;
}

/**
 * Runs work in a transaction that cannot write and is always rolled back. A query comes first, because until then SQL
 * that is not ours could still turn the transaction into a writing one.
 */
export async function inReadOnly<T>(session: Session, options: ReadOnlyOptions, work: () => Promise<T>): Promise<T> {
  await session.query("BEGIN READ ONLY");
  try {
    const path = (options.searchPath ?? []).map(quoteIdentifier).join(", ");
    await session.query("SELECT set_config('search_path', $1, true), set_config('statement_timeout', $2, true)", [
      path,
      `${options.timeLimit ?? 0}s`,
    ]);
    return await work();
  } finally {
    // Where the connection is gone the work has already failed with that reason.
    await session.query("ROLLBACK").catch(() => {});
  }
}
