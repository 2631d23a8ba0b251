import type { Session } from "../postgres/types.ts";
import { censusErrors } from "./errors.ts";
import { definitionsInScope, listRelations, type Relation } from "./relations.ts";
import { censusSql } from "./sql.ts";
import { explainReadError, isMoved, sqlstate } from "./sqlstate.ts";
import { beginLocked, importSnapshot } from "./transaction.ts";
import type { Scope } from "./types.ts";

/*
 * Who holds what during a backup.
 *
 * Everybody who reads a table holds a lock of its own on it from before the snapshot: the session that exports the
 * snapshot, and each session of the census. One lock for all would not do: PostgreSQL grants locks in the order in
 * which they were asked for, so once a TRUNCATE or an ALTER TABLE of somebody else waits for our first lock, whoever of
 * ours comes after it waits for them, and they for us, and no deadlock detector sees it.
 */

/** A snapshot that other connections may import as long as the exporter keeps its transaction. */
export interface ExportedSnapshot {
  readonly id: string;
  /** When it was taken, by the source's clock, ISO 8601 UTC. */
  readonly takenAt: string;
  /** What the database holds in it, in scope or not. */
  readonly relations: readonly Relation[];
}

export interface SnapshotOrder {
  /**
   * Exports the snapshot from a READ COMMITTED transaction, which therefore goes on seeing what is new, such as
   * definitions that changed.
   */
  readonly exporter: Session;
  /** Are left in transactions that read in the snapshot. At least one. */
  readonly workers: readonly Session[];
  readonly scope: Scope;
  /** Milliseconds to wait for a table that someone holds exclusively. */
  readonly lockTimeout: number;
}

const holdersSql = censusSql("lock-holders");

/** Times that the database may change under our hands, from listing to snapshot, before the backup gives up. */
const tries = 5;

/**
 * Milliseconds that a session of ours waits for a lock that another of ours has already. It would get it at once, were
 * it not for somebody who waits in between.
 */
export const collisionTimeout = 1000;

/** Tables that pg_dump and the census will read, or whose definition a dump must find unchanged. */
function toLock(relations: readonly Relation[], scope: Scope): Relation[] {
  const inScope = definitionsInScope(scope);
  return relations.filter((relation) => "rp".includes(relation.kind) && relation.readable && inScope(relation));
}

/**
 * Locks every table in scope IN ACCESS SHARE MODE and only then exports a snapshot. LOCK TABLE takes no snapshot, so
 * nothing that TRUNCATE or ALTER TABLE did before the lock is missed, and nothing can be done after it: readers and
 * writers of the source go on, TRUNCATE and DDL on these tables wait until the transactions end.
 *
 * @throws census.locked, census.lock_table_full, census.restless
 */
export async function lockAndExport(order: SnapshotOrder): Promise<ExportedSnapshot> {
  const { exporter, workers, scope, lockTimeout } = order;
  let trouble: unknown;
  for (let attempt = 0; attempt < tries; attempt++) {
    const wanted = toLock(await listRelations(exporter), scope);
    const names = wanted.map((relation) => relation.qualified);
    let ours = false;
    try {
      await beginLocked(exporter, "READ COMMITTED", names, lockTimeout);
      ours = true;
      const begun = workers.map((worker) => beginLocked(worker, "REPEATABLE READ", names, collisionTimeout));
      // All must have ended before any is rolled back.
      for (const { reason } of rejections(await Promise.allSettled(begun))) throw reason;
      const snapshot = await exportSnapshot(exporter, workers);
      const locked = new Set(wanted.map((relation) => relation.oid));
      const unseen = toLock(snapshot.relations, scope).filter((relation) => !locked.has(relation.oid));
      if (unseen.length === 0) return snapshot;
      trouble = censusErrors.restless({ names: unseen.map((relation) => relation.qualified) });
    } catch (thrown) {
      await releaseAll(order);
      const explained = await explainLockError(exporter, thrown, wanted, ours ? collisionTimeout : lockTimeout);
      const again = isMoved(thrown) || (ours && sqlstate(thrown) === "55P03");
      if (!again) throw explained;
      trouble = explained;
    }
    await releaseAll(order);
  }
  throw trouble;
}

function rejections(outcomes: readonly PromiseSettledResult<unknown>[]): PromiseRejectedResult[] {
  return outcomes.filter((outcome) => outcome.status === "rejected");
}

/** Ends the transactions that hold locks and snapshot. */
export async function releaseAll({ exporter, workers }: Pick<SnapshotOrder, "exporter" | "workers">): Promise<void> {
  await Promise.allSettled([exporter, ...workers].map((session) => session.query("ROLLBACK")));
}

async function exportSnapshot(exporter: Session, workers: readonly Session[]): Promise<ExportedSnapshot> {
  const [row] = await exporter.query<{ id: string; taken_at: string }>(
    `SELECT pg_catalog.pg_export_snapshot() AS id,
       pg_catalog.to_char(pg_catalog.statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS taken_at`,
  );
  const [first] = workers;
  if (row === undefined || first === undefined) throw new Error("no snapshot, or nobody to read in it");
  await Promise.all(workers.map((worker) => importSnapshot(worker, row.id)));
  return { id: row.id, takenAt: row.taken_at, relations: await listRelations(first) };
}

/** Names the tables that could not be locked, as far as the server's lock table still shows them. */
async function explainLockError(
  session: Session,
  thrown: unknown,
  wanted: readonly Relation[],
  lockTimeout: number,
): Promise<unknown> {
  const code = sqlstate(thrown);
  if (code === "53200") return censusErrors.lock_table_full({ tables: wanted.length }, { cause: thrown });
  if (code !== "55P03") return explainReadError(thrown, "the tables in scope");
  const holders = await session.query<{ oid: number }>(holdersSql, [wanted.map((relation) => relation.oid)]);
  const held = new Set(holders.map((row) => row.oid));
  const names = wanted.filter((relation) => held.has(relation.oid)).map((relation) => relation.qualified);
  return censusErrors.locked({ names, seconds: lockTimeout / 1000 });
}
