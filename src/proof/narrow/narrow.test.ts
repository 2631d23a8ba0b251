import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { dump, prove, takeCensus } from "../../../test/support/narrow.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { copiedColumns } from "./archive-rows.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

test("rows that were lost, added or changed after the load are named by key and column", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query(`
    CREATE DOMAIN public.name AS varchar(40) CHECK (value <> 'never');
    CREATE TYPE public.mood AS ENUM ('a', 'b');
    CREATE FUNCTION public.now(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE public."Kids" (
      id uuid PRIMARY KEY, "full, name" public.name, mood public.mood, t text, shout text GENERATED ALWAYS AS (upper(t)) STORED,
      gone int, data jsonb, marks int[] DEFAULT '{1,NULL}', call regproc DEFAULT 'pg_catalog.now'
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
