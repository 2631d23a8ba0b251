import { randomBytes } from "node:crypto";
import { postgresErrors } from "./errors.ts";
import { describeTarget } from "./target.ts";
import type { Session } from "./types.ts";

/** How it was shown that a throwaway is not the source. */
export type Distinction = "advisory-lock" | "marker";

/**
 * Shows that a throwaway is not the server that the backup comes from, or throws.
 *
 * The source is asked to hold an advisory lock with a random 64-bit key; a target that shows it in its `pg_locks` is
 * the same server, whatever address, database or pooler leads there. This tells a physical copy from its original,
 * which a system identifier cannot. A lock writes nothing and is allowed in READ ONLY. On a standby it says nothing
 * about the primary (locks are not replicated), so there, and without a source to ask, the throwaway's own marker is demanded.
 *
 * @param throwaway a session on the throwaway server
 * @param source a session on the source; null where it cannot be asked
 * @param marker the comment that this run has put on the throwaway's database; null where it has put none
 * @throws postgres.throwaway_is_source, postgres.throwaway_unproven
 */
export async function proveNotSource(
  throwaway: Session,
  source: Session | null,
  marker: string | null,
): Promise<Distinction> {
  if (source === null) {
    await demandMarker(throwaway, marker, "the source cannot be asked");
    return "marker";
  }
  await refuseSameServer(throwaway, source);
  const [row] = await source.query<{ standby: boolean }>("SELECT pg_is_in_recovery() AS standby");
  if (row?.standby === false) return "advisory-lock";
  await demandMarker(throwaway, marker, "the source is a standby, whose locks its primary does not show");
  return "marker";
}

/** The lock alone: throws where the target shows a lock that the source was given. */
export async function refuseSameServer(throwaway: Session, source: Session): Promise<void> {
  const where = describeTarget(throwaway.target);
  const key = randomBytes(8).readBigInt64BE().toString();
  await source.query("SELECT pg_advisory_lock($1::bigint)", [key]);
  try {
    if (await showsLock(throwaway, key)) throw postgresErrors.throwaway_is_source({ where });
    // The control: a source that does not show its own lock is a pooler that has lent the server session to another.
    if (!(await showsLock(source, key))) {
      throw postgresErrors.throwaway_unproven({ where, why: "the source does not show the lock that it was given" });
    }
  } finally {
    await source.query("SELECT pg_advisory_unlock($1::bigint)", [key]);
  }
}

/** A 64-bit key is split over two columns; `objsubid = 1` marks such keys. `pg_locks` shows those of every database. */
async function showsLock(session: Session, key: string): Promise<boolean> {
  const rows = await session.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
       AND (classid::bigint << 32) | objid::bigint = $1::bigint`,
    [key],
  );
  return rows.length > 0;
}

async function demandMarker(throwaway: Session, marker: string | null, because: string): Promise<void> {
  const [row] = await throwaway.query<{ comment: string | null }>(
    `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = current_database()`,
  );
  if (marker !== null && row?.comment === marker) return;
  throw postgresErrors.throwaway_unproven({
    where: describeTarget(throwaway.target),
    why: `${because}, and it bears no marker of this run`,
  });
}
