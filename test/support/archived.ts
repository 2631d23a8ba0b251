import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../src/postgres/connect.ts";
import type { Session } from "../../src/postgres/types.ts";
import { type ArchivedCluster, startArchivedCluster } from "../../src/recovery/pgbackrest/archived-cluster.ts";
import type { PhysicalPoint } from "../../src/recovery/pgbackrest/recovery-settings.ts";
import { type RestoredCopy, restoreToPoint } from "../../src/recovery/pgbackrest/restored-copy.ts";
import { parsePoint } from "../../src/recovery/point-in-time/parse-point.ts";
import { until } from "./death.ts";

/** A point as a person writes it, which the server itself can recover to. */
export function physical(text: string): PhysicalPoint {
  const point = parsePoint(text, new Date());
  if (point.kind === "migration") throw new Error("a migration has to be traced first");
  return point;
}

/** Restores a copy out of a cluster's archive. */
export function restoreFrom(
  { environment, stanza }: ArchivedCluster,
  point: PhysicalPoint,
  {
    tries = 1,
    timeline = "latest",
    superuser = "postgres",
  }: { tries?: number; timeline?: string; superuser?: string } = {},
): Promise<RestoredCopy> {
  return restoreToPoint({
    environment,
    stanza,
    point,
    timeline,
    superuser,
    lag: { tries, pauseSeconds: 0 },
    signal: new AbortController().signal,
    note: () => {},
  });
}

/** A moment by the server's clock, and where its log stood. */
export interface Moment {
  readonly at: string;
  readonly lsn: string;
}

/** This moment, with a pause on both sides: commits are apart from it. */
export async function moment(session: Session): Promise<Moment> {
  await sleep(20);
  const [found] = await session.query<{ at: string; lsn: string }>(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC' AS at,
       pg_current_wal_insert_lsn()::text AS lsn`,
  );
  await sleep(20);
  if (found === undefined) throw new Error("the server says no time");
  return found;
}

/** Waits until all that was written is in the archive. */
export async function archived(session: Session): Promise<void> {
  const [switched] = await session.query<{ segment: string }>("SELECT pg_walfile_name(pg_switch_wal()) AS segment");
  await until(async () => {
    const [row] = await session.query<{ done: boolean }>(
      "SELECT last_archived_wal >= $1 AS done FROM pg_stat_archiver",
      [switched?.segment],
    );
    return row?.done === true;
  });
}

/** A server that archives, after a day that went wrong. */
export interface BadDay extends AsyncDisposable {
  readonly production: ArchivedCluster;
  readonly session: Session;
  /** When all was well. */
  readonly allIsWell: string;
  /** Where the restore point `all is well` stands, right after that moment. */
  readonly marked: string;
}

/**
 * A server that archives into an encrypted repository, and a day that goes wrong, in this order: a full backup; 100
 * children; migration 1, which is harmless; an incremental backup; a moment when all is well; child 7 is renamed by
 * mistake; migration 2 drops public.children; more is written; the log is archived.
 */
export async function badDay(): Promise<BadDay> {
  await using stack = new AsyncDisposableStack();
  const production = stack.use(await startArchivedCluster({ shared_preload_libraries: "pg_stat_statements" }));
  const session = stack.use(await connect(production.target, { readOnly: false }));
  const migrate = (version: string, sql: string) =>
    session.query(`BEGIN; ${sql}; INSERT INTO supabase_migrations.schema_migrations VALUES ('${version}'); COMMIT`);
  await production.backUp("full");
  await session.query(`
    CREATE SCHEMA supabase_migrations;
    CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY);
    CREATE TABLE public.children (id int PRIMARY KEY, name text, created_at timestamptz DEFAULT clock_timestamp());
    INSERT INTO public.children SELECT n, 'canary-' || n FROM generate_series(1, 100) AS n`);
  await migrate("20250101000001", "CREATE TABLE public.toys (id int)");
  await production.backUp("incr");
  await session.query("INSERT INTO public.toys VALUES (1), (2)");
  const { at: allIsWell } = await moment(session);
  const [mark] = await session.query<{ lsn: string }>("SELECT pg_create_restore_point('all is well')::text AS lsn");
  await session.query("UPDATE public.children SET name = 'wrong' WHERE id = 7");
  await migrate("20250101000002", "DROP TABLE public.children");
  await session.query("INSERT INTO public.toys VALUES (3)");
  await archived(session);
  const held = stack.move();
  return {
    production,
    session,
    allIsWell,
    marked: mark?.lsn ?? "",
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
