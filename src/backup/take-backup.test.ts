import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  atStep,
  censusOfCopy,
  plainRestore,
  testBackup,
  testRole,
  timeless,
  wideRows,
} from "../../test/support/backup.ts";
import { testDatabase } from "../../test/support/database.ts";
import { until } from "../../test/support/death.ts";
import { run } from "../base/child-process.ts";
import { registerSecret } from "../base/redact.ts";

test("a role that row level security applies to is refused by name", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t (a int)");
  await using role = await testRole(database, "", ["pg_read_all_data"]);
  await expect(testBackup(role.target)).rejects.toMatchObject({
    id: "postgres.role_filtered",
    message: expect.stringContaining(role.name),
  });
});

test("a pooler in transaction mode is refused before anything is connected", async () => {
  const target = { host: "pooler.invalid", port: 6543, database: "shop", user: "x", sslmode: "disable" as const };
  await expect(testBackup(target)).rejects.toMatchObject({ id: "postgres.transaction_pooler" });
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
  const before = await written();
  const smoke = { table: "public.t", key: "id", rows: 2 };
  await using backup = await testBackup(role.target, { plan: { smoke } });
  expect(await written()).toEqual(before);
  expect(await session.query("SELECT * FROM public.fired")).toEqual([]);
  expect(backup.census.tables["public.t"]?.rows).toBe(2);
  expect(backup.census.samples).toHaveLength(2);
  const copy = await censusOfCopy(backup, { smoke });
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

test("the roles come without their password hashes, and with dates that every server reads", async () => {
  await using database = await testDatabase();
  const until = "VALID UNTIL '2099-12-31 00:00:00+00'";
  await using role = await testRole(database, `BYPASSRLS PASSWORD 'canary-password' ${until}`, ["pg_read_all_data"]);
  await database.session.query(`CREATE TABLE public.t (a int);
    ALTER DATABASE ${database.target.database} SET DateStyle = 'German'; ALTER DATABASE ${database.target.database} SET TimeZone = 'UTC'`);
  await using backup = await testBackup(role.target);
  const roles = await readFile(join(backup.directory, "roles.sql"), "utf8");
  expect(roles).toContain(role.name);
  expect(roles).not.toMatch(/SCRAM-SHA-256|PASSWORD/);
  expect(roles).toContain(until);
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
  const within = ["Lock and take the snapshot", "Dump", "Count and hash"];
  const after = ["Read the definitions", "Hash the dump", "Write the roles"];
  for (const step of [...within, ...after]) {
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
  expect(backup.census.not_covered).toContainEqual(expect.objectContaining({ what: "large objects" }));
  expect(backup.census.inventory.filter(({ kind }) => kind === "large-object")).toEqual([]);
});
