import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { until } from "../../test/support/death.ts";
import { wholeScope } from "../../test/support/hashes.ts";
import { connect } from "../postgres/connect.ts";
import { lockAndExport } from "./snapshot.ts";

const reader = (database: TestDatabase) => connect(database.target, { readOnly: true });
const writer = (database: TestDatabase) => connect(database.target, { readOnly: false });

async function waiting(database: TestDatabase, like: string): Promise<boolean> {
  const rows = await database.session.query(
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1 AND datname = current_database()",
    [like],
  );
  return rows.length > 0;
}

test("a TRUNCATE before the lock is in the snapshot, one after it waits", async () => {
  await using database = await testDatabase();
  await using session = await reader(database);
  await using other = await writer(database);
  await database.session.query("CREATE TABLE public.t AS SELECT generate_series(1, 10) AS a");
  await other.query("BEGIN; TRUNCATE public.t; INSERT INTO public.t VALUES (1), (2), (3)");
  const exporting = lockAndExport(session, wholeScope, 20_000);
  await until(() => waiting(database, "LOCK TABLE%"));
  await other.query("COMMIT");
  await exporting;
  // Had the transaction taken its snapshot before it had the lock, it would see neither the old rows nor the new.
  expect(await session.query("SELECT count(*)::int AS n FROM public.t")).toEqual([{ n: 3 }]);
  const truncating = other.query("TRUNCATE public.t");
  await until(() => waiting(database, "TRUNCATE%"));
  expect(await session.query("SELECT count(*)::int AS n FROM public.t")).toEqual([{ n: 3 }]);
  await session.query("ROLLBACK");
  await truncating;
});

test("a table that someone holds exclusively is named", async () => {
  await using database = await testDatabase();
  await using session = await reader(database);
  await using other = await writer(database);
  await database.session.query("CREATE TABLE public.free (a int); CREATE TABLE public.held (a int)");
  await other.query("BEGIN; LOCK TABLE public.held IN ACCESS EXCLUSIVE MODE");
  await expect(lockAndExport(session, wholeScope, 50)).rejects.toMatchObject({
    id: "census.locked",
    kind: "surroundings",
    message: expect.stringMatching(/^public\.held was held exclusively/),
  });
  expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a table made between listing and snapshot is found, and locked in another try", async () => {
  await using database = await testDatabase();
  await using session = await reader(database);
  await using other = await writer(database);
  await database.session.query("CREATE TABLE public.t (a int); CREATE TABLE public.dropped (a int)");
  await other.query("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE; CREATE TABLE public.late (a int)");
  await other.query("DROP TABLE public.dropped");
  const exporting = lockAndExport(session, wholeScope, 20_000);
  await until(() => waiting(database, "LOCK TABLE%"));
  await other.query("COMMIT");
  const { relations } = await exporting;
  expect(relations.map((relation) => relation.qualified)).toEqual(["public.late", "public.t"]);
  await expect(other.query("SET lock_timeout = 50; ALTER TABLE public.late ADD b int")).rejects.toMatchObject({
    code: "55P03",
  });
});

test("tables that keep appearing make it give up with their names", async () => {
  await using database = await testDatabase();
  await using session = await reader(database);
  let made = 0;
  const restless = {
    ...session,
    target: session.target,
    async query(sql: string, values?: readonly unknown[]) {
      if (sql.startsWith("LOCK TABLE")) await database.session.query(`CREATE TABLE public.t${++made} (a int)`);
      return session.query(sql, values);
    },
  } as typeof session;
  await database.session.query("CREATE TABLE public.t0 (a int)");
  await expect(lockAndExport(restless, wholeScope, 1000)).rejects.toMatchObject({
    id: "census.restless",
    message: expect.stringContaining("public.t5"),
  });
});
