import { quoteLiteral } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";

/** What every transaction of a census begins with. */
export interface ReadOptions {
  /** An exported snapshot to read in; a snapshot of its own where there is none. */
  readonly snapshot?: string | undefined;
  /** Milliseconds that one statement may take; no limit unless told otherwise. */
  readonly statementTimeout?: number | undefined;
  /** Milliseconds to wait for a lock; no limit unless told otherwise. */
  readonly lockTimeout?: number | undefined;
}

/**
 * Runs `work` in a READ ONLY, REPEATABLE READ transaction and rolls it back: there is nothing to commit, and the locks
 * that reading took are freed at once, so that thousands of tables do not fill the server's lock table.
 */
export async function reading<T>(session: Session, options: ReadOptions, work: () => Promise<T>): Promise<T> {
  // One message, one round trip. The snapshot must be imported before anything else in the transaction.
  await session.query(
    [
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      ...(options.snapshot === undefined ? [] : [`SET TRANSACTION SNAPSHOT ${quoteLiteral(options.snapshot)}`]),
      ...(options.statementTimeout === undefined
        ? []
        : [`SET LOCAL statement_timeout = ${Math.max(1, Math.round(options.statementTimeout))}`]),
      ...(options.lockTimeout === undefined ? [] : [`SET LOCAL lock_timeout = ${Math.round(options.lockTimeout)}`]),
    ].join("; "),
  );
  try {
    return await work();
  } finally {
    // A lost connection has already made the error that is on its way.
    await session.query("ROLLBACK").catch(() => {});
  }
}
