import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { hashesOf } from "../../test/support/hashes.ts";
import { listRelations } from "./relations.ts";
import { wholeScope } from "./scope.ts";
import { listTables } from "./table-list.ts";

test("a partitioned table stands for its leaves, wherever the rows lie", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.p (a int, b text) PARTITION BY RANGE (a);
    CREATE TABLE public.p1 (b text, a int); ALTER TABLE public.p ATTACH PARTITION public.p1 FOR VALUES FROM (0) TO (10);
    CREATE TABLE public.p2 PARTITION OF public.p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (b);
    CREATE TABLE public.p2x PARTITION OF public.p2 DEFAULT;
    INSERT INTO public.p VALUES (1, 'x'), (11, 'y'), (12, 'z');
    CREATE TABLE public.flat (b text, a int); INSERT INTO public.flat SELECT b, a FROM public.p;
    CREATE TABLE public.empty_root (a int) PARTITION BY HASH (a)`);
  const tables = await hashesOf(session);
  expect(Object.keys(tables)).toEqual(["public.empty_root", "public.flat", "public.p"]);
  expect(tables["public.p"]).toMatchObject({ kind: "partitioned", rows: 3, hash: tables["public.flat"]?.hash });
  expect(tables["public.empty_root"]).toMatchObject({ rows: 0, hash: "0:0" });
  const left = await hashesOf(session, { scope: { ...wholeScope, excludedRows: ["public.p2x"] } });
  expect(left["public.p"]?.rows).toBe(1);
});

test("a foreign table is never read, not even as a partition, and stands under not covered", async () => {
  await using database = await testDatabase();
  const { session } = database;
  // Reading through this wrapper fails: it has no handler.
  await session.query(`
    CREATE FOREIGN DATA WRAPPER dead; CREATE SERVER nowhere FOREIGN DATA WRAPPER dead;
    CREATE FOREIGN TABLE public.far (a int) SERVER nowhere;
    CREATE TABLE public.p (a int) PARTITION BY LIST (a);
    CREATE TABLE public.near PARTITION OF public.p FOR VALUES IN (1);
    CREATE FOREIGN TABLE public.leaf PARTITION OF public.p FOR VALUES IN (2) SERVER nowhere;
    INSERT INTO public.p VALUES (1)`);
  expect(await hashesOf(session)).toMatchObject({ "public.p": { rows: 1, kind: "partitioned" } });
  const { notCovered } = await listTables(session, await listRelations(session), wholeScope);
  expect(notCovered.map(({ what }) => what)).toEqual([
    "rows of foreign table public.far",
    "rows of foreign table public.leaf",
  ]);
});

test("parents of inheritance are read without their children; unlogged, generated and unfilled are told apart", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.parent (a int); CREATE TABLE public.child (b int) INHERITS (public.parent);
    INSERT INTO public.parent VALUES (1); INSERT INTO public.child VALUES (2, 2), (3, 3);
    CREATE UNLOGGED TABLE public.fast (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
    INSERT INTO public.fast VALUES (1);
    CREATE MATERIALIZED VIEW public.filled AS SELECT a FROM public.parent;
    CREATE MATERIALIZED VIEW public.unfilled AS SELECT a FROM public.parent WITH NO DATA`);
  const tables = await hashesOf(session);
  expect(tables).toMatchObject({
    "public.parent": { rows: 1 },
    "public.child": { rows: 2 },
    "public.fast": { rows: 1, kind: "table" },
    "public.filled": { rows: 3, kind: "matview", hash: expect.any(String) },
    "public.unfilled": { rows: 0, hash: null, unhashed: { excused: true } },
  });
});

test("of an extension's tables the marked rows are a table's, the others its own", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE EXTENSION hstore SCHEMA public;
    CREATE TABLE public.config (id int, note text); INSERT INTO public.config VALUES (1, 'ours'), (2, 'own'), (3, 'own');
    CREATE TABLE public.internal (id int); INSERT INTO public.internal VALUES (1);
    ALTER EXTENSION hstore ADD TABLE public.config; ALTER EXTENSION hstore ADD TABLE public.internal;
    UPDATE pg_catalog.pg_extension SET extconfig = ARRAY['public.config'::regclass::oid],
      extcondition = ARRAY['WHERE note = ''own'''] WHERE extname = 'hstore'`);
  const before = await hashesOf(session);
  const rest = '"rows of extension hstore"."public.config"';
  expect(before).toMatchObject({
    "public.config": { kind: "table", rows: 2 },
    [rest]: { kind: "extension-table", rows: 1 },
    "public.internal": { kind: "extension-table", rows: 1 },
  });
  await session.query("UPDATE public.config SET note = 'changed' WHERE id = 1");
  const after = await hashesOf(session);
  expect(after["public.config"]?.hash).toBe(before["public.config"]?.hash);
  expect(after[rest]?.hash).not.toBe(before[rest]?.hash);
});
