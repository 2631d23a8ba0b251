import { quoteIdentifier, quoteLiteral } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";
import { proofSql } from "./sql.ts";

export interface ReadOnlyOptions {
  /** Schemas in which unqualified names are looked up; none unless told otherwise. */
  readonly searchPath?: readonly string[];
  /** Seconds that one statement may take; no limit unless told otherwise. */
  readonly timeLimit?: number;
  /** Further settings of the server, for this work alone. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Whether expressions of the database are computed anew: under its own time zone and the like, as when its rows, indexes
   * and generated columns were made, instead of under those that our sessions pin.
   */
  readonly ownValues?: boolean;
}

/**
 * Runs work in a transaction that cannot write and is always rolled back. A query comes first, because until then SQL
 * that is not ours could still turn the transaction into a writing one.
 */
export async function inReadOnly<T>(session: Session, options: ReadOnlyOptions, work: () => Promise<T>): Promise<T> {
  const { searchPath = [], timeLimit = 0, settings = {}, ownValues = false } = options;
  const all = {
    search_path: searchPath.map(quoteIdentifier).join(", "),
    statement_timeout: `${timeLimit}s`,
    ...settings,
  };
  const set = Object.entries(all).map(
    ([name, value]) => `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`,
  );
  const own = ownValues ? `${await proofSql("own-values.sql")};` : "";
  try {
    // One message: thousands of small tables are hundreds of these transactions.
    await session.query(`BEGIN READ ONLY; ${own} SELECT ${set.join(", ")}`);
    return await work();
  } finally {
    // Where the connection is gone the work has already failed with that reason.
    await session.query("ROLLBACK").catch(() => {});
  }
}
