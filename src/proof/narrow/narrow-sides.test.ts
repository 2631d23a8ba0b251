import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { dump, prove, takeCensus } from "../../../test/support/narrow.ts";
import { scratchDirectory } from "../../base/scratch.ts";

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

test("rows that the copy did not take are not said to have been changed there", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query(`
    CREATE TABLE public."t s" (id int PRIMARY KEY); INSERT INTO public."t s" VALUES (1), (2);
    CREATE TABLE public.whole (id int PRIMARY KEY); INSERT INTO public.whole VALUES (1), (2)`);
  const expected = await takeCensus(database);
  await dump(database, scratch);
  await session.query('TRUNCATE public."t s"; DELETE FROM public.whole WHERE id = 2');
  const error = { object: "TABLE DATA public t s", message: "COPY failed: ERROR:  no", allowed_by: null };
  const { told } = await prove(database, scratch, expected, null, [error]);
  expect(told.filter((one) => one.includes("; archive; "))).toEqual([
    `public."t s"; archive; the source's 2 rows; the same: the restore did not bring all of them in, and its errors say why`,
    "public.whole; archive; the source's 2 rows; the same: the copy was changed after it was loaded",
  ]);
});

test("what may only have been computed otherwise is not put down to the archive alone", async () => {
  await using database = await testDatabase();
  await using scratch = await scratchDirectory("test");
  const { session } = database;
  await session.query(`
    CREATE FUNCTION public.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE TABLE public.t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (public.f(id)) STORED);
    INSERT INTO public.t VALUES (1), (2)`);
  const expected = await takeCensus(database);
  // Rows that are there keep what the old body gave.
  await session.query(`
    CREATE OR REPLACE FUNCTION public.f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
    UPDATE public.t SET id = id`);
  await dump(database, scratch);
  const either =
    "the archive does not hold what was backed up, or its generated columns, computed anew, come out otherwise";
  expect((await prove(database, scratch, expected)).told.slice(1)).toEqual([
    `public.t; archive; the source's 2 rows; as many, of other content: ${either}`,
    "public.t; rows against the archive; all the same; 0 missing, 0 surplus, 0 changed",
  ]);
});
