import { quoteLiteral } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";

/** How one reading of a census is run. */
export interface ReadOptions {
  /** The session is in a transaction whose snapshot and locks it must keep: read in a savepoint of that. */
  readonly within?: boolean | undefined;
  /** Milliseconds that one statement may take; no limit unless told otherwise. */
  readonly statementTimeout?: number | undefined;
  /** Milliseconds to wait for a lock; no limit unless told otherwise. */
  readonly lockTimeout?: number | undefined;
}

/** Timeouts as statements, for one transaction or savepoint. */
function timeouts({ statementTimeout, lockTimeout }: ReadOptions): string[] {
  return [
    ...(statementTimeout === undefined
      ? []
      : [`SET LOCAL statement_timeout = ${Math.max(1, Math.round(statementTimeout))}`]),
    ...(lockTimeout === undefined ? [] : [`SET LOCAL lock_timeout = ${Math.round(lockTimeout)}`]),
  ];
}

/** The statements around one reading: a transaction of its own, or a savepoint of the one that is open. */
export function frame({ within }: ReadOptions, mode: "READ ONLY" | "READ WRITE" = "READ ONLY") {
  return within
    ? { begin: "SAVEPOINT reading", end: "ROLLBACK TO SAVEPOINT reading; RELEASE SAVEPOINT reading" }
    : { begin: `BEGIN ISOLATION LEVEL REPEATABLE READ ${mode}`, end: "ROLLBACK" };
}

/**
 * Runs `work` in a READ ONLY, REPEATABLE READ transaction (or in a savepoint of the one that is open) and rolls it back:
 * there is nothing to commit, an error harms nothing else, and the locks that reading took are freed at once, so that
 * thousands of tables and their indexes do not fill the server's lock table.
 */
export async function reading<T>(session: Session, options: ReadOptions, work: () => Promise<T>): Promise<T> {
  const { begin, end } = frame(options);
  // One message, one round trip.
  await session.query([begin, ...timeouts(options)].join("; "));
  try {
    return await work();
  } finally {
    // A lost connection has already made the error that is on its way.
    await session.query(end).catch(() => {});
  }
}

/**
 * Begins a READ ONLY transaction that holds tables IN ACCESS SHARE MODE. LOCK TABLE takes no snapshot: with REPEATABLE
 * READ one may still be imported, or is taken at the first query.
 *
 * @param tables as SQL names them
 */
export async function beginLocked(
  session: Session,
  isolation: "READ COMMITTED" | "REPEATABLE READ",
  tables: readonly string[],
  lockTimeout: number,
): Promise<void> {
  const statements = [`BEGIN ISOLATION LEVEL ${isolation} READ ONLY`, ...timeouts({ lockTimeout })];
  if (tables.length > 0) {
    statements.push(`LOCK TABLE ${tables.map((table) => `ONLY ${table}`).join(", ")} IN ACCESS SHARE MODE`);
  }
  await session.query(statements.join("; "));
}

/** Makes a transaction that has not read anything yet read in an exported snapshot. */
export async function importSnapshot(session: Session, snapshot: string): Promise<void> {
  await session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}`);
}
