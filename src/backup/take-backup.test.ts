import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { atStep, plainRestore, type TestBackup, testBackup, testRole } from "../../test/support/backup.ts";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { until } from "../../test/support/death.ts";
import { databasePlan } from "../../test/support/proof.ts";
import { run } from "../base/child-process.ts";
import { silentProgress } from "../base/progress.ts";
import { registerSecret } from "../base/redact.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import type { Census, TableCensus } from "../census/types.ts";
import { connect } from "../postgres/connect.ts";
import { scopeOf } from "./manifest.ts";

const writer = (database: TestDatabase) => connect(database.target, { readOnly: false });

/** Large enough that a dump of it takes a while. */
const wideRows = "CREATE TABLE public.t AS SELECT i, repeat(md5(i::text), 20) AS a FROM generate_series(1, 60000) AS i";

/** What may differ between two readings of the same rows. */
const timeless = (tables: Census["tables"]) =>
  Object.fromEntries(Object.entries(tables).map(([name, { seconds: _, ...table }]) => [name, table])) as Record<
    string,
    Omit<TableCensus, "seconds">
  >;

/** Restores a backup with plain pg_restore and takes the census of the copy. */
async function censusOfCopy(backup: TestBackup, plan: Record<string, unknown> = {}): Promise<Census> {
  await using copy = await plainRestore(backup.directory);
  return await takeCopyCensus({
    target: copy.target,
    scope: scopeOf(backup.manifest),
    database: databasePlan(plan),
    expected: backup.census,
    workers: 2,
    progress: silentProgress,
  });
}

/** Two sessions that write as long as `work` runs, the way an application does. */
async function underWriters<T>(database: TestDatabase, work: () => Promise<T>): Promise<T> {
  await database.session.query(`
    CREATE SEQUENCE public.ticket;
    CREATE TABLE public.account (id int PRIMARY KEY, balance int NOT NULL, note text);
    INSERT INTO public.account SELECT i, 100, repeat('x', 50) FROM generate_series(1, 20000) AS i;
    CREATE TABLE public.event (id bigserial PRIMARY KEY, account int, at timestamptz DEFAULT clock_timestamp());
    CREATE TABLE public.queue AS SELECT generate_series(1, 1000) AS id`);
  let writing = true;
  const write = async (seed: number) => {
    await using session = await writer(database);
    for (let i = seed; writing; i += 7) {
      // In the order of their keys, so that the two never deadlock.
      await session.query(
        `BEGIN; UPDATE public.account SET balance = balance - 1 WHERE id = ${(i % 10000) + 1};
         UPDATE public.account SET balance = balance + 1 WHERE id = ${((i * 31) % 10000) + 10001};
         INSERT INTO public.event (account) VALUES (${i}); SELECT nextval('public.ticket');
         DELETE FROM public.event WHERE id < ${i}; COMMIT`,
      );
    }
  };
  const writers = [write(1), write(2)];
  try {
    return await work();
  } finally {
    writing = false;
    await Promise.all(writers);
  }
}

/** The copy has every row and hash of the census, and sequences that lie between its two readings. */
async function expectExact(backup: TestBackup): Promise<void> {
  const copy = await censusOfCopy(backup);
  expect(timeless(copy.tables)).toEqual(timeless(backup.census.tables));
  for (const [name, { before, after }] of Object.entries(backup.census.sequences)) {
    const value = Number(copy.sequences[name]?.before.last_value);
    expect(value).toBeGreaterThanOrEqual(Number(before.last_value));
    expect(value).toBeLessThanOrEqual(Number(after.last_value));
  }
}

test("under writers the dump is exactly what the census says, and a TRUNCATE waits for its end", async () => {
  await using database = await testDatabase();
  await underWriters(database, async () => {
    await using other = await writer(database);
    let truncated: Promise<unknown> | undefined;
    const progress = atStep("Dump", async () => {
      // The exporter, two workers, and pg_dump: from then on nobody can come between.
      const sql = `SELECT FROM pg_locks WHERE relation = 'public.queue'::regclass AND mode = 'AccessShareLock'`;
      const locked = until(async () => (await database.session.query(sql)).length === 4);
      truncated ??= locked.then(() => other.query("TRUNCATE public.queue"));
    });
    await using backup = await testBackup(database.target, { progress, plan: { backup: { jobs: 1 } } });
    await truncated;
    expect(backup.census.tables["public.queue"]?.rows).toBe(1000);
    await expectExact(backup);
    expect(await database.session.query("SELECT FROM public.queue")).toEqual([]);
  });
});

test("whoever waits for a table between our locks and pg_dump's is let through, and the backup begins again", async () => {
  await using database = await testDatabase();
  await underWriters(database, async () => {
    await using other = await writer(database);
    let truncated: Promise<unknown> | undefined;
    const progress = atStep("Dump", async () => {
      if (truncated !== undefined) return;
      truncated = other.query("TRUNCATE public.queue");
      const sql = "SELECT FROM pg_locks WHERE NOT granted AND pid = $1";
      await until(async () => (await database.session.query(sql, [other.backendPid])).length > 0);
    });
    await using backup = await testBackup(database.target, { progress });
    await truncated;
    expect(backup.census.tables["public.queue"]?.rows).toBe(0);
    await expectExact(backup);
  });
});

test("a source that truncates all the time is backed up all the same", async () => {
  await using database = await testDatabase();
  await underWriters(database, async () => {
    await database.session.query(wideRows);
    let done = false;
    const truncate = async () => {
      await using other = await writer(database);
      while (!done)
        await other.query("TRUNCATE public.queue; INSERT INTO public.queue VALUES (1); SELECT pg_sleep(0.7)");
    };
    const truncating = truncate();
    try {
      await using backup = await testBackup(database.target);
      await expectExact(backup);
    } finally {
      done = true;
      await truncating;
    }
  });
});

test("DDL during the dump starts it anew, once", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t (a int); CREATE MATERIALIZED VIEW public.m AS SELECT 1 AS a");
  const progress = atStep("Dump", async (time) => {
    if (time === 1) await database.session.query("DROP MATERIALIZED VIEW public.m; CREATE TABLE public.late (a int)");
  });
  await using backup = await testBackup(database.target, { progress });
  expect(Object.keys(backup.census.tables)).toEqual(["public.late", "public.t"]);
  expect(timeless((await censusOfCopy(backup)).tables)).toEqual(timeless(backup.census.tables));
});

test("DDL that goes on makes it inconclusive, with the names", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t (a int)");
  const progress = atStep("Dump", (time) =>
    database.session.query(`CREATE FUNCTION public.f${time}() RETURNS int LANGUAGE sql AS 'SELECT ${time}'`),
  );
  await expect(testBackup(database.target, { progress })).rejects.toMatchObject({
    id: "backup.definitions_changed",
    kind: "surroundings",
    message: expect.stringContaining("function public.f2()"),
  });
});

test("a role that row level security applies to is refused by name", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t (a int)");
  await using role = await testRole(database, "", ["pg_read_all_data"]);
  await expect(testBackup(role.target)).rejects.toMatchObject({
    id: "postgres.role_filtered",
    message: expect.stringContaining(role.name),
  });
});

test("the production role, which may only read, takes a whole backup and writes nothing", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.t (id serial PRIMARY KEY, a text); INSERT INTO public.t (a) VALUES ('x'), ('y');
    ALTER TABLE public.t ENABLE ROW LEVEL SECURITY; ALTER TABLE public.t FORCE ROW LEVEL SECURITY;
    CREATE TABLE public.fired (what text);
    CREATE FUNCTION public.fire() RETURNS event_trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO public.fired VALUES (tg_tag); END';
    CREATE EVENT TRIGGER fire ON ddl_command_start EXECUTE FUNCTION public.fire();
    ALTER EVENT TRIGGER fire ENABLE ALWAYS`);
  await using role = await testRole(database, "BYPASSRLS", ["pg_read_all_data"]);
  await session.query("TRUNCATE public.fired");
  const written = async () => {
    await session.query("SELECT pg_stat_force_next_flush()");
    const [row] = await session.query(
      `SELECT tup_inserted, tup_updated, tup_deleted FROM pg_stat_database WHERE datname = current_database()`,
    );
    return row;
  };
  await session.query("SELECT pg_stat_force_next_flush()");
  const before = await written();
  const smoke = { table: "public.t", key: "id", rows: 2 };
  await using backup = await testBackup(role.target, { plan: { smoke } });
  expect(await written()).toEqual(before);
  expect(await session.query("SELECT * FROM public.fired")).toEqual([]);
  expect(backup.census.tables["public.t"]?.rows).toBe(2);
  expect(backup.census.samples).toHaveLength(2);
  const [copy] = [await censusOfCopy(backup, { smoke })];
  expect(timeless(copy.tables)).toEqual(timeless(backup.census.tables));
  expect(copy.samples).toEqual(backup.census.samples);
});

test.each([3, 6])("never more than %i connections", async (connections) => {
  await using database = await testDatabase();
  await database.session.query(`DO $$ BEGIN FOR i IN 1..60 LOOP
    EXECUTE format('CREATE TABLE public.t%s AS SELECT generate_series(1, 2000) AS a', i); END LOOP; END $$`);
  let most = 0;
  let done = false;
  const watch = async () => {
    while (!done) {
      const sql = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1";
      const [row] = await database.session.query<{ n: number }>(sql, [database.session.backendPid]);
      most = Math.max(most, row?.n ?? 0);
    }
  };
  const watching = watch();
  await using backup = await testBackup(database.target, { plan: { backup: { connections, jobs: 2 } } });
  done = true;
  await watching;
  expect(Object.keys(backup.census.tables)).toHaveLength(60);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(connections);
});

test("names that look like patterns are left out exactly, and nothing else with them", async () => {
  await using database = await testDatabase();
  const kept = ['"a*b"', '"a?c"', "axxb", "axc", '"A"', "a", '"a.b"', '"$x"', '"(a|b)"', '"🦊 ""fox"""', `"it's"`];
  for (const name of kept) await database.session.query(`CREATE TABLE public.${name} (id serial)`);
  await database.session.query(`CREATE SCHEMA "a.*"; CREATE TABLE "a.*".t (a int); CREATE SCHEMA axx;
    CREATE TABLE axx.t AS SELECT 1 AS a; INSERT INTO public."a*b" DEFAULT VALUES`);
  const excluded = [
    'public."a*b"',
    'public."a?c"',
    'public."A"',
    'public."a.b"',
    'public."(a|b)"',
    'public."🦊 ""fox"""',
  ];
  const reason = "tried in this test";
  const exclude = [
    ...excluded.slice(1).map((table) => ({ table, reason })),
    { rows: excluded[0], reason },
    { schema: "a.*", reason },
  ];
  await using backup = await testBackup(database.target, { plan: { scope: { exclude } } });
  const tables = ["axx.t", `public."$x"`, `public."it's"`, "public.a", "public.axc", "public.axxb"];
  expect(Object.keys(backup.census.tables)).toEqual(tables);
  await using copy = await plainRestore(backup.directory);
  const found = await copy.session.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'axx', 'a.*')",
  );
  expect(found.map(({ name }) => name).sort()).toEqual([...tables, 'public."a*b"'].sort());
  expect(await copy.session.query('SELECT FROM public."a*b"')).toEqual([]);
});

test("the roles come without their password hashes", async () => {
  await using database = await testDatabase();
  await using role = await testRole(database, "BYPASSRLS PASSWORD 'canary-password'", ["pg_read_all_data"]);
  await database.session.query("CREATE TABLE public.t (a int)");
  await using backup = await testBackup(role.target);
  const roles = await readFile(join(backup.directory, "roles.sql"), "utf8");
  expect(roles).toContain(role.name);
  expect(roles).not.toMatch(/SCRAM-SHA-256|PASSWORD/);
});

test("damaged rows fail it, without being shown", async () => {
  await using database = await testDatabase();
  await database.session.query(`CREATE TYPE public.mood AS ENUM ('canary-row', 'other');
    CREATE TABLE public.t AS SELECT 'canary-row'::public.mood AS m, 'canary-row' AS n;
    DELETE FROM pg_catalog.pg_enum WHERE enumlabel = 'canary-row'`);
  const thrown = await testBackup(database.target).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ kind: "failed", message: expect.stringMatching(/\bt\b.*damaged/) });
  expect(String(thrown)).not.toContain("canary");
});

test("no process list shows the password, in arguments or environment", async () => {
  await using database = await testDatabase();
  await database.session.query(wideRows);
  const password = `x${randomBytes(12).toString("hex")}`;
  registerSecret(password);
  // Counted in the shell, so that no failure of this test prints what ps saw; [x] keeps the pattern from finding itself.
  const count = `ps axeww -o args | awk '/pg_dum[p] --/ { d++ } /[x]${password.slice(1)}/ { c++ } END { print d + 0, c + 0 }'`;
  const seen = { dumps: 0, passwords: 0 };
  let done = false;
  const watch = async () => {
    while (!done) {
      const [dumps, passwords] = (await run("sh", ["-c", count])).stdout.split(" ").map(Number);
      seen.dumps += dumps ?? 0;
      seen.passwords += passwords ?? 0;
    }
  };
  const watching = watch();
  await using _backup = await testBackup({ ...database.target, password });
  done = true;
  await watching;
  expect(seen.dumps).toBeGreaterThan(0);
  expect(seen.passwords).toBe(0);
});

test("a backup that is stopped leaves no connection and no tool at work", async () => {
  await using database = await testDatabase();
  await database.session.query(wideRows);
  for (const step of ["Lock and take the snapshot", "Dump", "Count and hash", "Write the roles"]) {
    const stop = new AbortController();
    const progress = atStep(step, async () => setTimeout(() => stop.abort(), 20));
    await expect(testBackup(database.target, { progress, signal: stop.signal })).rejects.toMatchObject({
      id: "backup.interrupted",
    });
    await until(async () => {
      const sql = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
      return (await database.session.query(sql)).length === 0;
    });
  }
  await using again = await testBackup(database.target);
  expect(again.census.tables["public.t"]?.rows).toBe(60_000);
});

test("large objects that the role may not read are left out, and listed", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t (a int); SELECT lo_from_bytea(70001, 'x')");
  await using role = await testRole(database, "BYPASSRLS", ["pg_read_all_data"]);
  await using backup = await testBackup(role.target);
  expect(backup.census.large_objects).toBeNull();
  expect(backup.manifest.left_out).toMatchObject([{ what: "large objects" }]);
  expect(backup.census.not_covered).toMatchObject([{ what: "large objects" }]);
});

test("what the plan counts only is counted on both sides, and excused until its day is over", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t AS SELECT 1 AS a; CREATE TABLE public.u AS SELECT 1 AS a");
  const entry = { reason: "too large to hash", owner: "platform" };
  const exclude = [
    { ...entry, table: "public.t", expires: "2999-12-31" },
    { ...entry, table: "public.u", expires: "2020-12-31" },
  ];
  await using backup = await testBackup(database.target, { plan: { census: { exclude } } });
  expect(backup.census.tables).toMatchObject({
    "public.t": { rows: 1, hash: null, unhashed: { excused: true } },
    "public.u": { rows: 1, hash: null, unhashed: { excused: false } },
  });
  expect((await censusOfCopy(backup)).tables["public.t"]).toMatchObject({ rows: 1, hash: null });
});
