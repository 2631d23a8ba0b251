import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { proofContext } from "../../../test/support/proof.ts";
import { withValue } from "../constraints/value-rules.ts";
import { constraintsChecks } from "./constraints-checks.ts";

/** A catalog that says more than is true: what a validated constraint is after a load that did not ask. */
const validate = "UPDATE pg_catalog.pg_constraint SET convalidated = true WHERE NOT convalidated";

const told = (findings: readonly { object: string; attribute: string; actual: string }[] = []) =>
  findings.map(({ object, attribute, actual }) => `${object} ${attribute}: ${actual}`);

test("rows that break a CHECK which the catalog calls valid are counted, of tables, leaves and children", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE SCHEMA "Odd s";
    CREATE FUNCTION public.even(n int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n % 2 = 0';
    CREATE TABLE "Odd s"."t,able" ("n ""q" int, note text, CONSTRAINT "n's" CHECK (public.even("n ""q")));
    CREATE TABLE public.parts (id int, at date) PARTITION BY RANGE (id);
    CREATE TABLE public.part PARTITION OF public.parts FOR VALUES FROM (0) TO (100);
    CREATE TABLE public.rest PARTITION OF public.parts DEFAULT;
    CREATE TABLE public.base (n int); CREATE TABLE public.child () INHERITS (public.base);
    INSERT INTO "Odd s"."t,able" VALUES (2, 'canary'), (NULL, NULL);
    INSERT INTO public.parts VALUES (1, '2026-01-01'), (101, '2026-01-01');
    INSERT INTO public.child VALUES (-1);
    SET search_path = '';
  `);
  const context = proofContext({ session });
  expect(await constraintsChecks.run(context)).toMatchObject({
    status: "passed",
    actual: "3 rules of 3 tables looked at, none broken",
  });
  await session.query(`
    ALTER TABLE "Odd s"."t,able" ADD CONSTRAINT long CHECK (length(note) > 10) NOT VALID;
    ALTER TABLE public.parts ADD CONSTRAINT recent CHECK (at > '2026-06-01') NOT VALID;
    ALTER TABLE public.base ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;
  `);
  const before = await constraintsChecks.run(context);
  expect(before).toMatchObject({ status: "passed" });
  expect(before.notCovered?.map(({ what }) => what)).toEqual([
    'long on "Odd s"."t,able": 1 row breaks it',
    "positive on public.child: 1 row breaks it",
    "recent on public.part: 1 row breaks it",
    "recent on public.rest: 1 row breaks it",
  ]);
  await session.query(validate);
  const { status, findings } = await constraintsChecks.run(context);
  expect(status).toBe("failed");
  expect(told(findings)).toEqual([
    '"Odd s"."t,able" long: 1 row breaks it',
    "public.child positive: 1 row breaks it",
    "public.part recent: 1 row breaks it",
    "public.rest recent: 1 row breaks it",
  ]);
  expect(JSON.stringify(findings)).not.toContain("canary");
});

test("NOT NULL, generated columns and the bounds of partitions are asked as well", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.t (id int NOT NULL, a int, b json GENERATED ALWAYS AS ('[1, 2]'::json) STORED);
    CREATE TABLE public.parts (id int) PARTITION BY HASH (id);
    CREATE TABLE public.part_0 PARTITION OF public.parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE public.part_1 PARTITION OF public.parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    INSERT INTO public.t VALUES (1, 1), (2, NULL);
    INSERT INTO public.parts SELECT generate_series(1, 100);
    SET search_path = '';
  `);
  const context = proofContext({ session });
  expect((await constraintsChecks.run(context)).status).toBe("passed");
  await session.query(`
    ALTER TABLE public.parts DETACH PARTITION public.part_0;
    INSERT INTO public.part_0 SELECT * FROM public.part_1;
    UPDATE pg_catalog.pg_class SET relispartition = true, relpartbound = (
      SELECT relpartbound FROM pg_catalog.pg_class WHERE relname = 'part_1') WHERE relname = 'part_0';
    INSERT INTO pg_catalog.pg_inherits VALUES ('public.part_0'::regclass, 'public.parts'::regclass, 1, false);
    ALTER TABLE public.t ALTER id DROP NOT NULL;
    INSERT INTO public.t VALUES (NULL, 3);
    UPDATE pg_catalog.pg_attribute SET attnotnull = true WHERE attrelid = 'public.t'::regclass AND attname IN ('id', 'a');
  `);
  const { findings } = await constraintsChecks.run(context);
  expect(told(findings)).toEqual([
    expect.stringMatching(/^public\.part_0 partition bound: \d+ rows break it$/),
    "public.t id: 1 row breaks it",
    "public.t a: 1 row breaks it",
  ]);
});

test("a generated column that is not what its expression gives is found", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE FUNCTION public.price(n int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * 1.10';
    CREATE TABLE public.t (n int, price numeric(8, 2) GENERATED ALWAYS AS (public.price(n)) STORED);
    INSERT INTO public.t VALUES (1), (2), (NULL);
    SET search_path = '';
  `);
  const context = proofContext({ session });
  expect((await constraintsChecks.run(context)).status).toBe("passed");
  await session.query(
    "CREATE OR REPLACE FUNCTION public.price(n int) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * 1.2'",
  );
  expect(told((await constraintsChecks.run(context)).findings)).toEqual(["public.t price: 2 rows break it"]);
});

test("a generated column whose expression has another type holds what PostgreSQL makes of it", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE DOMAIN public.cents AS numeric(10, 2);
    CREATE TABLE public.t (n numeric, v text, money numeric(10, 2) GENERATED ALWAYS AS (n * 1.23456) STORED,
      half int GENERATED ALWAYS AS (n * 1.5) STORED, third real GENERATED ALWAYS AS (n::float8 / 3) STORED,
      cents public.cents GENERATED ALWAYS AS (n / 7) STORED, padded char(9) GENERATED ALWAYS AS (v) STORED,
      "c" "char" GENERATED ALWAYS AS (v) STORED, at timestamp(0) GENERATED ALWAYS AS ('2026-01-01 00:00:00.6'::timestamp) STORED);
    INSERT INTO public.t (n, v) VALUES (3.1415926, 'word'), (NULL, NULL), (100, '');
    SET search_path = '';
  `);
  const context = proofContext({ session });
  expect(await constraintsChecks.run(context)).toMatchObject({ status: "passed" });
  await session.query(`UPDATE pg_catalog.pg_attrdef SET adbin = other.adbin FROM pg_catalog.pg_attrdef AS other
    WHERE pg_attrdef.adrelid = 'public.t'::regclass AND other.adrelid = pg_attrdef.adrelid AND (pg_attrdef.adnum, other.adnum) = (4, 3)`);
  expect(told((await constraintsChecks.run(context)).findings)).toEqual(["public.t half: 2 rows break it"]);
});

test("domains are asked wherever a value of theirs may be: in arrays, in composite types, in other domains", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE DOMAIN public.word AS text;
    CREATE DOMAIN public.name AS public.word NOT NULL;
    CREATE DOMAIN public.year AS int;
    CREATE DOMAIN public.years AS public.year[];
    CREATE TYPE public.person AS (name public.name, "b.orn" public.year);
    CREATE TYPE public.span AS RANGE (subtype = public.year);
    CREATE TABLE public.t (id int PRIMARY KEY, w public.word, n public.year[], p public.person, ps public.person[], y public.years,
      s public.span);
    INSERT INTO public.t VALUES (1, 'good', '{1999,2000}', ('x', 1999), ARRAY[('y', 1999)::public.person], '{1999}', '[1999,2000]'),
      (2, NULL, NULL, NULL, ARRAY[NULL]::public.person[], NULL, NULL),
      (3, 'VALUE', '{1}', ('VALUE', 1), ARRAY[('y', 1999), ('VALUE', 1)]::public.person[], '{{1999,1},{1999,1999}}', NULL);
    ALTER DOMAIN public.word ADD CONSTRAINT shouted CHECK (VALUE <> 'VALUE') NOT VALID;
    ALTER DOMAIN public.year ADD CONSTRAINT modern CHECK (VALUE > 1900) NOT VALID;
    SET search_path = '';
  `);
  const context = proofContext({ session });
  const promised = await constraintsChecks.run(context);
  expect(promised).toMatchObject({ status: "passed" });
  expect(promised.notCovered?.map(({ what }) => what)).toContain(
    "Domains within public.t, column s, of type public.span",
  );
  await session.query(validate);
  const { findings } = await constraintsChecks.run(context);
  expect(told(findings)).toEqual([
    "public.t w: shouted of domain public.word: 1 row breaks it",
    "public.t n: modern of domain public.year: 1 row breaks it",
    "public.t p: shouted of domain public.word: 1 row breaks it",
    "public.t p: modern of domain public.year: 1 row breaks it",
    "public.t ps: shouted of domain public.word: 1 row breaks it",
    "public.t ps: modern of domain public.year: 1 row breaks it",
    "public.t y: modern of domain public.year: 1 row breaks it",
  ]);
});

test("VALUE is replaced where it is the value, and nowhere else", () => {
  expect(withValue(`((VALUE)::text <> 'it''s VALUE'::text) OR "VALUE"(VALUE) OR "a""VALUE"`, "x")).toBe(
    `((x)::text <> 'it''s VALUE'::text) OR "VALUE"(x) OR "a""VALUE"`,
  );
});

test("a rule that cannot be asked leaves the check unproved, and the other tables are still looked at", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("SET search_path = ''");
  expect((await constraintsChecks.run(proofContext({ session }))).status).toBe("not_applicable");
  await session.query(`
    CREATE FUNCTION public.fails(t text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'canary %', t; END $$;
    CREATE TABLE public.a (t text); INSERT INTO public.a VALUES ('canary');
    ALTER TABLE public.a ADD CHECK (public.fails(t)) NOT VALID;
    CREATE TABLE public.b (n int); INSERT INTO public.b VALUES (0); ALTER TABLE public.b ADD CHECK (n > 0) NOT VALID;
  `);
  await session.query(validate);
  const outcome = await constraintsChecks.run(proofContext({ session }));
  expect(outcome).toMatchObject({
    status: "failed",
    reason: "the rows of public.a could not be looked at: PostgreSQL refused it with SQLSTATE P0001 raise_exception",
    findings: [{ object: "public.b" }],
  });
  await session.query("DROP TABLE public.b");
  const alone = await constraintsChecks.run(proofContext({ session }));
  expect(alone.status).toBe("not_run");
  expect(JSON.stringify([outcome, alone])).not.toContain("canary");
});
