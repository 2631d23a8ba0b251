import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { until } from "../../test/support/death.ts";
import { connect } from "../postgres/connect.ts";
import type { Session } from "../postgres/types.ts";
import { wholeScope } from "./scope.ts";
import { lockAndExport, releaseAll } from "./snapshot.ts";

const reader = (database: TestDatabase) => connect(database.target, { readOnly: true });
const writer = (database: TestDatabase) => connect(database.target, { readOnly: false });

async function waits(database: TestDatabase, session: Session): Promise<boolean> {
  const sql = "SELECT FROM pg_locks WHERE NOT granted AND pid = $1";
  return (await database.session.query(sql, [session.backendPid])).length > 0;
}

/** The session, but `before` runs ahead of each LOCK TABLE. */
function intercepted(session: Session, before: () => Promise<unknown>): Session {
  return {
    target: session.target,
    versionNum: session.versionNum,
    backendPid: session.backendPid,
    async query(sql, values) {
      if (sql.includes("LOCK TABLE")) await before();
      return session.query(sql, values);
    },
    origins: (sql) => session.origins(sql),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

test("a TRUNCATE before the lock is in the snapshot, one after it waits", async () => {
  await using database = await testDatabase();
  await using exporter = await reader(database);
  await using worker = await reader(database);
  await using other = await writer(database);
  const count = () => worker.query("SELECT count(*)::int AS n FROM public.t");
  await database.session.query("CREATE TABLE public.t AS SELECT generate_series(1, 10) AS a");
  await other.query("BEGIN; TRUNCATE public.t; INSERT INTO public.t VALUES (1), (2), (3)");
  const order = { exporter, workers: [worker], scope: wholeScope, lockTimeout: 20_000 };
  const exporting = lockAndExport(order);
  await until(() => waits(database, exporter));
  await other.query("COMMIT");
  await exporting;
  // Had the transaction taken its snapshot before it had the lock, it would see neither the old rows nor the new.
  expect(await count()).toEqual([{ n: 3 }]);
  const truncating = other.query("TRUNCATE public.t");
  await until(() => waits(database, other));
  // The TRUNCATE stands in the queue, and yet the reader gets through: it has a lock of its own.
  expect(await count()).toEqual([{ n: 3 }]);
  await releaseAll(order);
  await truncating;
});

test("who waits between the locks of two of our sessions is let through, and then it is tried again", async () => {
  await using database = await testDatabase();
  await using exporter = await reader(database);
  await using worker = await reader(database);
  await using other = await writer(database);
  await database.session.query("CREATE TABLE public.t AS SELECT generate_series(1, 10) AS a");
  let truncating: Promise<unknown> | undefined;
  let truncated = false;
  const late = intercepted(worker, async () => {
    truncating ??= other.query("TRUNCATE public.t").then(() => {
      truncated = true;
    });
    await until(async () => truncated || (await waits(database, other)));
  });
  await lockAndExport({ exporter, workers: [late], scope: wholeScope, lockTimeout: 20_000 });
  await truncating;
  expect(await worker.query("SELECT count(*)::int AS n FROM public.t")).toEqual([{ n: 0 }]);
});

test("a table that someone holds exclusively is named", async () => {
  await using database = await testDatabase();
  await using exporter = await reader(database);
  await using worker = await reader(database);
  await using other = await writer(database);
  await database.session.query("CREATE TABLE public.free (a int); CREATE TABLE public.held (a int)");
  await other.query("BEGIN; LOCK TABLE public.held IN ACCESS EXCLUSIVE MODE");
  const order = { exporter, workers: [worker], scope: wholeScope, lockTimeout: 50 };
  await expect(lockAndExport(order)).rejects.toMatchObject({
    id: "census.locked",
    kind: "surroundings",
    message: expect.stringMatching(/^public\.held was held exclusively by someone else for longer than 0\.05 s/),
  });
  expect(await exporter.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a table made between listing and snapshot is found, and locked in another try", async () => {
  await using database = await testDatabase();
  await using exporter = await reader(database);
  await using worker = await reader(database);
  await using other = await writer(database);
  await database.session.query("CREATE TABLE public.t (a int); CREATE TABLE public.dropped (a int)");
  await other.query("BEGIN; LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE; CREATE TABLE public.late (a int)");
  await other.query("DROP TABLE public.dropped");
  const exporting = lockAndExport({ exporter, workers: [worker], scope: wholeScope, lockTimeout: 20_000 });
  await until(() => waits(database, exporter));
  await other.query("COMMIT");
  const { relations } = await exporting;
  expect(relations.map((relation) => relation.qualified)).toEqual(["public.late", "public.t"]);
  await expect(other.query("SET lock_timeout = 50; ALTER TABLE public.late ADD b int")).rejects.toMatchObject({
    code: "55P03",
  });
});

test("tables that keep appearing make it give up with their names", async () => {
  await using database = await testDatabase();
  await using exporter = await reader(database);
  await using worker = await reader(database);
  let made = 0;
  await database.session.query("CREATE TABLE public.t0 (a int)");
  const restless = intercepted(exporter, () => database.session.query(`CREATE TABLE public.t${++made} (a int)`));
  const order = { exporter: restless, workers: [worker], scope: wholeScope, lockTimeout: 1000 };
  await expect(lockAndExport(order)).rejects.toMatchObject({
    id: "census.restless",
    message: expect.stringContaining("public.t5"),
  });
});

test("a server without room for the locks says so", async () => {
  await using database = await testDatabase();
  await using exporter = await reader(database);
  await using worker = await reader(database);
  await database.session.query("CREATE TABLE public.t (a int)");
  const full = intercepted(exporter, () =>
    Promise.reject(Object.assign(new Error("out of shared memory"), { code: "53200" })),
  );
  const order = { exporter: full, workers: [worker], scope: wholeScope, lockTimeout: 1000 };
  await expect(lockAndExport(order)).rejects.toMatchObject({
    id: "census.lock_table_full",
    message: expect.stringContaining("max_locks_per_transaction"),
  });
});
