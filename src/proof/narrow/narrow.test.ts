import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { census, databasePlan, proofContext } from "../../../test/support/proof.ts";
import { run } from "../../base/child-process.ts";
import { silentProgress } from "../../base/progress.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { takeCopyCensus } from "../../census/copy-census.ts";
import { wholeScope } from "../../census/scope.ts";
import type { Census } from "../../census/types.ts";
import { findClient } from "../../postgres/clients.ts";
import { libpqEnvironment } from "../../postgres/libpq-environment.ts";
import { dataEquality } from "../checks/data-equality.ts";
import { runChecks } from "../run-checks.ts";
import { copiedColumns } from "./archive-rows.ts";
import { type NarrowOptions, narrowMismatches } from "./narrow.ts";

function takeCensus(database: TestDatabase): Promise<Census> {
  const { target } = database;
  const options = {
    scope: wholeScope,
    database: databasePlan(),
    expected: census(),
    workers: 1,
    progress: silentProgress,
  };
  return takeCopyCensus({ target, ...options });
}

async function dump(database: TestDatabase, scratch: Scratch, options: readonly string[] = ["-Z0"]): Promise<void> {
  const client = await findClient("pg_dump", 15);
  await using connection = await libpqEnvironment(database.target);
  await rm(join(scratch.path, "dump"), { recursive: true, force: true });
  const { exitCode } = await run(client.path, ["-Fd", ...options, "-f", join(scratch.path, "dump")], connection);
  expect(exitCode).toBe(0);
}

/** Compares the database with a census of it, and narrows what differs down. */
async function prove(database: TestDatabase, scratch: Scratch, expected: Census, again: NarrowOptions["again"] = null) {
  const { session, target } = database;
  await session.query("SET search_path = ''");
  const context = proofContext({ expected, copy: await takeCensus(database), session });
  const { checks } = await runChecks(context, silentProgress, [dataEquality]);
  const narrowed = await narrowMismatches({
    context,
    checks,
    directory: scratch.path,
    again,
    target,
    progress: silentProgress,
  });
  const left = await session.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ithaca%'");
  expect(left).toEqual([]);
  const { findings = [], reason = "" } = narrowed.find(({ id }) => id === "data.equality") ?? {};
  expect(JSON.stringify(narrowed)).not.toContain("canary");
  return { reason, told: findings.map((f) => `${f.object}; ${f.attribute}; ${f.expected}; ${f.actual}`) };
}

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

test("rows that were lost, added or changed after the load are named by key and column", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query(`
    CREATE DOMAIN public.name AS varchar(40) CHECK (value <> 'never');
    CREATE TYPE public.mood AS ENUM ('a', 'b');
    CREATE TABLE public."Kids" (
      id uuid PRIMARY KEY, "full, name" public.name, mood public.mood, t text, shout text GENERATED ALWAYS AS (upper(t)) STORED,
      gone int, data jsonb, marks int[] DEFAULT '{1,NULL}'
    );
    ALTER TABLE public."Kids" DROP gone;
    -- A copy has the settings of its source.
    ALTER DATABASE ${database.target.database} SET default_transaction_read_only = on;
    ALTER DATABASE ${database.target.database} SET array_nulls = off;
    INSERT INTO public."Kids" (id, "full, name", mood, t, data) SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'canary ' || n, 'a', 'x',
      '{"a": 1}' FROM generate_series(1, 500) n;
    CREATE FUNCTION public.boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'canary'; END $$;
    CREATE FUNCTION public.veto() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
  `);
  const expected = await takeCensus(database);
  await dump(database, scratch);
  await session.query(`
    DELETE FROM public."Kids" WHERE id = '${id(7)}';
    UPDATE public."Kids" SET "full, name" = 'canary changed', data = '{"a": 1.0}' WHERE id = '${id(8)}';
    UPDATE public."Kids" SET t = NULL WHERE id = '${id(9)}';
    INSERT INTO public."Kids" (id) VALUES ('${id(900)}');
    CREATE TRIGGER boom BEFORE INSERT ON public."Kids" FOR EACH ROW EXECUTE FUNCTION public.boom();
    CREATE EVENT TRIGGER veto ON ddl_command_start EXECUTE FUNCTION public.veto();
  `);
  const { told, reason } = await prove(database, scratch, expected);
  expect(reason).toBe("");
  expect(told.slice(1)).toEqual([
    `public."Kids"; archive; the source's 500 rows; the same: the copy was changed after it was loaded`,
    `public."Kids"; rows against the archive; all the same; 1 missing, 1 surplus, 2 changed`,
    `public."Kids" id=${id(7)}; row; as in the archive; missing`,
    `public."Kids" id=${id(900)}; row; not in the archive; present`,
    `public."Kids" id=${id(8)}; data, full, name; as in the archive; changed`,
    `public."Kids" id=${id(9)}; shout, t; as in the archive; changed`,
  ]);
});

test("rows that a restore has taken from the disk are brought once more; where they cannot be, that is said", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query("CREATE TABLE public.t (id int PRIMARY KEY); INSERT INTO public.t VALUES (1), (2)");
  const expected = await takeCensus(database);
  await dump(database, scratch);
  await session.query("DELETE FROM public.t WHERE id = 2");
  const folder = join(scratch.path, "dump");
  const [rows = ""] = (await readdir(folder)).filter((name) => name.endsWith(".dat") && name !== "toc.dat");
  await rename(join(folder, rows), join(scratch.path, rows));
  expect((await prove(database, scratch, expected)).reason).toContain("its file is missing");
  const asked: string[] = [];
  const again = async (paths: readonly string[]) => {
    asked.push(...paths);
    await rename(join(scratch.path, rows), join(folder, rows));
  };
  const { told, reason } = await prove(database, scratch, expected, again);
  expect(reason).toBe("");
  expect(asked).toEqual([`dump/${rows}`]);
  expect(told).toContain("public.t id=2; row; as in the archive; missing");
});

test("an archive that does not hold what the source had is told from a copy that was changed", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query(
    "CREATE TABLE public.t (id bigint PRIMARY KEY, v text); INSERT INTO public.t VALUES (1, 'canary')",
  );
  const expected = await takeCensus(database);
  await session.query("UPDATE public.t SET v = 'other'");
  await dump(database, scratch);
  const { told } = await prove(database, scratch, expected);
  expect(told.slice(1)).toEqual([
    "public.t; archive; the source's 1 row; not the source's (1 row): the archive does not hold what was backed up",
    "public.t; rows against the archive; all the same; 0 missing, 0 surplus, 0 changed",
  ]);
});

test("generated columns of the archive's rows are computed as the copy's were", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session, target } = database;
  await session.query(`
    ALTER DATABASE ${target.database} SET TimeZone = 'Asia/Kolkata';
    SET TimeZone = 'Asia/Kolkata';
    CREATE FUNCTION public.local_day(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT $1::date';
    CREATE TABLE public.visits (id int PRIMARY KEY, at timestamptz, said text,
      day date GENERATED ALWAYS AS (public.local_day(at)) STORED, twice numeric(8, 2) GENERATED ALWAYS AS (id * 2) STORED);
    INSERT INTO public.visits SELECT n, '2026-01-01'::timestamptz + n * interval '1 hour', 'x' FROM generate_series(1, 48) n;
    SET TimeZone = 'UTC'`);
  const expected = await takeCensus(database);
  await dump(database, scratch);
  // Whoever updates a row computes its generated columns anew.
  await session.query(
    "SET TimeZone = 'Asia/Kolkata'; UPDATE public.visits SET said = 'y' WHERE id = 7; SET TimeZone = 'UTC'",
  );
  const { told } = await prove(database, scratch, expected);
  expect(told.slice(1)).toEqual([
    "public.visits; archive; the source's 48 rows; the same: the copy was changed after it was loaded",
    "public.visits; rows against the archive; all the same; 0 missing, 0 surplus, 1 changed",
    "public.visits id=7; said; as in the archive; changed",
  ]);
});

test("at most twenty rows are named, all are counted, and keys that may be personal are hashed", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query(`
    CREATE TABLE public.users (mail text, tenant int NOT NULL, PRIMARY KEY (tenant, mail));
    INSERT INTO public.users SELECT 'canary' || n || '@example.org', 1 FROM generate_series(1, 60) n;
  `);
  const expected = await takeCensus(database);
  await dump(database, scratch, ["-Z5"]);
  await session.query(
    "DELETE FROM public.users WHERE mail LIKE '%5%'; UPDATE public.users SET tenant = 2 WHERE mail LIKE '%1%'",
  );
  const { told } = await prove(database, scratch, expected);
  expect(told[2]).toBe("public.users; rows against the archive; all the same; 28 missing, 13 surplus, 0 changed");
  expect(told).toHaveLength(3 + 20);
  expect(told[3]).toMatch(/^public\.users tenant,mail=1,hmac:[0-9a-f]{16}; row;/);
});

test("rows without a key are told apart by all that they hold, and counted", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query(`
    CREATE TABLE public.log (a int, b json);
    INSERT INTO public.log VALUES (1, '{"canary": 1}'), (1, '{"canary": 1}'), (1, '{"canary": 1}'), (2, NULL);
    CREATE UNIQUE INDEX ON public.log (a) WHERE a = 2;
  `);
  const expected = await takeCensus(database);
  await dump(database, scratch);
  await session.query(`
    DELETE FROM public.log WHERE ctid = (SELECT min(ctid) FROM public.log WHERE a = 1);
    INSERT INTO public.log VALUES (3, NULL);
  `);
  const { told } = await prove(database, scratch, expected);
  expect(told[2]).toBe("public.log; rows against the archive; all the same; 1 missing, 1 surplus, 0 changed");
  expect(told[3]).toMatch(/^public\.log row=hmac:/);
});

test("a partitioned table is one table, whichever leaf its rows are in", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query(`
    CREATE TABLE public.p (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
    CREATE TABLE public.p1 (v text, id int NOT NULL);
    ALTER TABLE public.p ATTACH PARTITION public.p1 FOR VALUES FROM (0) TO (10);
    CREATE TABLE public.p2 PARTITION OF public.p FOR VALUES FROM (10) TO (20);
    INSERT INTO public.p SELECT n, 'canary' FROM generate_series(0, 19) n;
  `);
  const expected = await takeCensus(database);
  await dump(database, scratch);
  await session.query("UPDATE public.p SET v = 'x' WHERE id IN (3, 13)");
  const { told } = await prove(database, scratch, expected);
  expect(told.slice(1)).toEqual([
    "public.p; archive; the source's 20 rows; the same: the copy was changed after it was loaded",
    "public.p; rows against the archive; all the same; 0 missing, 0 surplus, 2 changed",
    "public.p id=13; v; as in the archive; changed",
    "public.p id=3; v; as in the archive; changed",
  ]);
});

test("what cannot be narrowed leaves the finding and says why, without the rows", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query("CREATE TABLE public.t (id int PRIMARY KEY, v text); INSERT INTO public.t VALUES (1, 'canary')");
  const expected = await takeCensus(database);
  await session.query("UPDATE public.t SET v = 'canary two'");
  const missing = await prove(database, scratch, expected);
  expect(missing.told).toHaveLength(1);
  expect(missing.reason).toContain("the rows of public.t could not be named");

  await dump(database, scratch, ["-Z0", "--inserts"]);
  expect((await prove(database, scratch, expected)).reason).toContain("does not hold its rows as COPY");
  await dump(database, scratch, ["-Z0", "--exclude-table-data=public.t"]);
  expect((await prove(database, scratch, expected)).reason).toContain("holds no data entry for public.t");

  await dump(database, scratch);
  const data = (await readdir(join(scratch.path, "dump"))).filter(
    (name) => name.endsWith(".dat") && name !== "toc.dat",
  );
  const path = join(scratch.path, "dump", data[0] ?? "");
  await writeFile(path, "not a number\tcanary\n\\.\n");
  expect((await prove(database, scratch, expected)).reason).toContain("COPY refused its rows");
  await rm(path);
  expect((await prove(database, scratch, expected)).reason).toContain("its file is missing");
});

test("a COPY statement's columns are read as SQL writes them", () => {
  expect(copiedColumns('COPY public.t (a, "b, c", "d""e", "f) FROM stdin;") FROM stdin;\n')).toEqual([
    "a",
    "b, c",
    'd"e',
    "f) FROM stdin;",
  ]);
  expect(copiedColumns('COPY "My s"."t (x)" () FROM stdin;\n')).toEqual([]);
  expect(copiedColumns("INSERT INTO t VALUES (1);")).toBeNull();
});
