import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { stopwatch } from "../../base/clock.ts";
import { type CopySession, connectForCopy } from "../../postgres/copying.ts";
import { describeTarget } from "../../postgres/target.ts";
import { endOnAbort, endWithUs } from "../bound-session.ts";
import { readClosure } from "./closure.ts";
import { tableErrors } from "./errors.ts";
import { openTables } from "./open-tables.ts";
import { becomeReplica } from "./reactions.ts";
import { listReferences, type Reference } from "./references.ts";
import { explain } from "./server-errors.ts";
import { recoverWithin, seal, type Transaction } from "./transaction.ts";
import type { TableRecovery, TableRecoveryOptions } from "./types.ts";
import { countOrphans } from "./verify-table.ts";

/**
 * Both may lie on one server; they must not be the same database. A lock that one holds is shown with its database: a
 * physical copy elsewhere, whose names and identifiers are all the same, does not show it.
 */
async function refuseSameDatabase(production: CopySession, backup: CopySession): Promise<void> {
  const key = randomBytes(8).readBigInt64BE().toString();
  await production.query("SELECT pg_catalog.pg_advisory_lock($1::bigint)", [key]);
  try {
    const found = await backup.query(
      `SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
          AND (classid::bigint << 32) | objid::bigint = $1::bigint
          AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`,
      [key],
    );
    if (found.length > 0) throw tableErrors.same_database({ where: describeTarget(backup.target) });
  } finally {
    await production.query("SELECT pg_catalog.pg_advisory_unlock($1::bigint)", [key]);
  }
}

/** Opens the transaction: one that waits for no lock for long. */
async function begin(production: CopySession, lockSeconds: number): Promise<void> {
  await production.query(
    `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
     SET LOCAL lock_timeout = '${lockSeconds}s';
     SET LOCAL synchronous_commit = on`,
  );
  await endWithUs(production);
}

/** A foreign key WITH PERIOD asks for a range to be covered, which only the server's own triggers can say. */
function needsServer(references: readonly Reference[], tables: ReadonlySet<string>): boolean {
  return references.some(({ temporal, child, parent }) => temporal && (tables.has(child) || tables.has(parent)));
}

async function transact(transaction: Omit<Transaction, "replica">, note: (text: string) => void) {
  const { options, production, backup, references, opened } = transaction;
  const { execute, undoFile, lockSeconds } = options;
  const tables = new Set([opened.main, ...opened.dependants, ...opened.parents].map(({ shape }) => shape.sql));
  let waited: () => number = () => 0;
  const startClock = () => {
    waited = stopwatch();
  };
  let committing = false;
  await backup.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE");
  await begin(production, lockSeconds);
  try {
    const replica = !needsServer(references, tables) && (await becomeReplica(production));
    const result = await recoverWithin({ ...transaction, replica }, startClock, note);
    if (!execute) return { done: result.done, checks: result.done.checks, locked: waited() };
    const checks = [...result.done.checks, ...(await seal({ ...transaction, replica }, result))];
    options.signal.throwIfAborted();
    committing = true;
    await production.query("COMMIT");
    return { done: result.done, checks, locked: waited() };
  } catch (error) {
    // Whether a commit came that we heard nothing of is for the caller to find out, who knows the transaction's id.
    // What cannot be removed was never written, and must not stand in the place of the reason.
    if (!committing && undoFile !== null && execute) await rm(undoFile, { force: true }).catch(() => {});
    options.signal.throwIfAborted();
    throw explain(error, options.table, "write the rows", lockSeconds);
  } finally {
    // On a lost connection there is nothing left to take back: the server has done so.
    if (!committing) await production.query("ROLLBACK").catch(() => {});
    await backup.query("ROLLBACK").catch(() => {});
  }
}

/**
 * Brings rows of one table back into production, in one transaction: whatever stops it, production is as it was. Without
 * `execute` all of it is done and then rolled back, so that what is shown is what would happen. Readers are never kept
 * waiting; writers of the table are, except for `missing-rows`.
 *
 * @throws tableErrors; postgres errors where one of the databases cannot be reached; the signal's reason
 */
export async function recoverTable(options: TableRecoveryOptions): Promise<TableRecovery> {
  const { table, mode, execute, undoFile, progress, signal } = options;
  signal.throwIfAborted();
  const applicationName = "ithaca table recovery";
  await using production = await connectForCopy(options.production, { readOnly: false, applicationName });
  await using backup = await connectForCopy(options.backup, { readOnly: false, applicationName });
  using _stop = endOnAbort(production, signal);
  using _stopBackup = endOnAbort(backup, signal);
  await refuseSameDatabase(production, backup);
  const references = await listReferences(production);
  const opened = await openTables(production, backup, references, options);
  const { closure, orphans } = await progress.step("Look at what depends on it", async () => {
    const tables = [opened.main, ...opened.dependants, ...opened.parents].map(({ shape }) => shape.sql);
    return {
      closure: await readClosure(production, opened.main.shape, references),
      orphans: await countOrphans(production, references, tables, "passed over"),
    };
  });
  const title = execute ? `Recover ${table}` : `Recover ${table}, and roll it back`;
  const { done, checks, locked } = await progress.step(title, (note) =>
    transact({ options, production, backup, references, opened, closure, orphans }, note),
  );
  return {
    ...done,
    table,
    mode,
    executed: execute,
    checks,
    closure,
    orphans,
    undo: execute ? undoFile : null,
    locked_seconds: locked,
  };
}
