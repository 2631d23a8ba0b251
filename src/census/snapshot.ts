import type { Session } from "../postgres/types.ts";
import { censusErrors } from "./errors.ts";
import { definitionsInScope, listRelations, type Relation } from "./relations.ts";
import { censusSql } from "./sql.ts";
import { explainReadError, isMoved, sqlstate } from "./sqlstate.ts";
import type { Scope } from "./types.ts";

/** A snapshot that other connections may import as long as the session that exported it keeps its transaction. */
export interface ExportedSnapshot {
  readonly id: string;
  /** When it was taken, by the source's clock, ISO 8601 UTC. */
  readonly takenAt: string;
  /** What the database held in it, in scope or not. */
  readonly relations: readonly Relation[];
}

const holdersSql = censusSql("lock-holders");

/** Times that tables may appear between their listing and the snapshot before the backup gives up. */
const tries = 5;

/** Tables that pg_dump and the census will read, or whose definition a dump must find unchanged. */
function toLock(relations: readonly Relation[], scope: Scope): Relation[] {
  const inScope = definitionsInScope(scope);
  return relations.filter((relation) => "rp".includes(relation.kind) && relation.readable && inScope(relation));
}

/**
 * Locks every table in scope IN ACCESS SHARE MODE and only then exports a snapshot, in a transaction that stays open on
 * `session`. LOCK TABLE takes no snapshot, so nothing that TRUNCATE or ALTER TABLE did before the lock is missed, and
 * nothing can be done after it: readers and writers of the source go on, TRUNCATE and DDL on these tables wait.
 *
 * @param lockTimeout milliseconds to wait for a table that someone holds exclusively
 * @throws census.locked, census.lock_table_full, census.restless
 */
export async function lockAndExport(session: Session, scope: Scope, lockTimeout: number): Promise<ExportedSnapshot> {
  let unseen: string[] = [];
  for (let attempt = 0; attempt < tries; attempt++) {
    const wanted = toLock(await listRelations(session), scope);
    await session.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = ${lockTimeout}`);
    try {
      if (wanted.length > 0) {
        const names = wanted.map((relation) => `ONLY ${relation.qualified}`).join(", ");
        await session.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`);
      }
      const snapshot = await exportSnapshot(session);
      const locked = new Set(wanted.map((relation) => relation.oid));
      unseen = toLock(snapshot.relations, scope).flatMap((r) => (locked.has(r.oid) ? [] : [r.qualified]));
      if (unseen.length === 0) return snapshot;
    } catch (thrown) {
      await session.query("ROLLBACK").catch(() => {});
      if (!isMoved(thrown)) throw await explainLockError(session, thrown, wanted, lockTimeout);
      unseen = ["a table that was dropped meanwhile"];
      continue;
    }
    await session.query("ROLLBACK");
  }
  throw censusErrors.restless({ names: unseen });
}

async function exportSnapshot(session: Session): Promise<ExportedSnapshot> {
  const [row] = await session.query<{ id: string; taken_at: string }>(
    `SELECT pg_catalog.pg_export_snapshot() AS id,
       pg_catalog.to_char(pg_catalog.statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS taken_at`,
  );
  if (row === undefined) throw new Error("pg_export_snapshot gave no row");
  return { id: row.id, takenAt: row.taken_at, relations: await listRelations(session) };
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
