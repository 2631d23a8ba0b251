import { quoteIdentifier, quoteLiteral } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";

export interface ReadOnlyOptions {
  /** Schemas in which unqualified names are looked up; none unless told otherwise. */
  readonly searchPath?: readonly string[];
  /** Seconds that one statement may take; no limit unless told otherwise. */
  readonly timeLimit?: number;
  /** Further settings of the server, for this work alone. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Runs work in a transaction that cannot write and is always rolled back. A query comes first, because until then SQL
 * that is not ours could still turn the transaction into a writing one.
 */
export async function inReadOnly<T>(session: Session, options: ReadOnlyOptions, work: () => Promise<T>): Promise<T> {
  const { searchPath = [], timeLimit = 0, settings = {} } = options;
  const all = {
    search_path: searchPath.map(quoteIdentifier).join(", "),
    statement_timeout: `${timeLimit}s`,
    ...settings,
  };
  const set = Object.entries(all).map(
    ([name, value]) => `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`,
  );
  try {
    // One message: thousands of small tables are hundreds of these transactions.
    await session.query(`BEGIN READ ONLY; SELECT ${set.join(", ")}`);
    return await work();
  } finally {
    // Where the connection is gone the work has already failed with that reason.
    await session.query("ROLLBACK").catch(() => {});
  }
}
