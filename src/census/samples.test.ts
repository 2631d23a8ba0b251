import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { readFreshness } from "./freshness.ts";
import { listRelations } from "./relations.ts";
import { chooseKeys, readSamples } from "./samples.ts";

test("random rows are chosen by key and found again by it", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public."User" (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
    INSERT INTO public."User" (name) SELECT 'n' || i FROM generate_series(1, 50) AS i`);
  const relations = await listRelations(session);
  const smoke = { table: 'public."User"', key: "id", rows: 10 };
  const keys = await chooseKeys(session, relations, smoke, 1);
  expect(keys).toHaveLength(10);
  expect(await chooseKeys(session, relations, smoke, 1)).toEqual(keys);
  expect(await chooseKeys(session, relations, smoke, 2)).not.toEqual(keys);
  const before = await readSamples(session, relations, smoke, keys ?? []);
  expect(before.map((sample) => sample.key)).toEqual(keys);
  await session.query(`UPDATE public."User" SET name = name || ' ' WHERE id = $1`, [keys?.[3]]);
  await session.query(`DELETE FROM public."User" WHERE id = $1`, [keys?.[4]]);
  const after = await readSamples(session, relations, smoke, keys ?? []);
  expect(after).toHaveLength(9);
  expect(after.filter((sample) => !before.some(({ hash }) => hash === sample.hash)).map(({ key }) => key)).toEqual([
    keys?.[3],
  ]);
});

test("keys of any type are found again", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.n (id numeric(6,2), k text) ; INSERT INTO public.n VALUES (1.50, 'a''b'), (2, '{,"}'), (NULL, NULL);
    CREATE TABLE public.p (id bigint) PARTITION BY HASH (id);
    CREATE TABLE public.p0 PARTITION OF public.p FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO public.p VALUES (7), (7), (8)`);
  const relations = await listRelations(session);
  for (const smoke of [
    { table: "public.n", key: "id", rows: 5 },
    { table: "public.n", key: "k", rows: 5 },
    { table: "public.p", key: "id", rows: 3 },
  ]) {
    const keys = await chooseKeys(session, relations, smoke);
    expect(await readSamples(session, relations, smoke, keys ?? [])).toHaveLength(2);
  }
});

test("a smoke table that is missing is a fact, not an error", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.t (a int)");
  const relations = await listRelations(session);
  expect(await chooseKeys(session, relations, { table: "public.nope", key: "id", rows: 1 })).toBeNull();
  expect(await chooseKeys(session, relations, { table: "public.t", key: "id", rows: 1 })).toBeNull();
});

test("freshness: the newest finite time, and null with a reason where it cannot be asked", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.zoned (at timestamptz); CREATE TABLE public.bare (at timestamp, "day" date, word text);
    INSERT INTO public.zoned VALUES ('2026-01-02 03:04:05.678+02'), ('infinity'), (NULL);
    INSERT INTO public.bare VALUES ('2026-01-02 03:04:05', '2026-01-02', 'x'); CREATE TABLE public.empty (at timestamptz)`);
  const probe = (table: string, column: string) => ({ table, column });
  const { readings, notCovered } = await readFreshness(session, await listRelations(session), [
    probe("public.zoned", "at"),
    probe("public.bare", "at"),
    probe("public.bare", "day"),
    probe("public.empty", "at"),
    probe("public.bare", "word"),
    probe("public.bare", "nope"),
    probe("public.nope", "at"),
  ]);
  expect(readings.map(({ newest }) => newest)).toEqual([
    "2026-01-02T01:04:05.678Z",
    "2026-01-02T03:04:05.000Z",
    "2026-01-02T00:00:00.000Z",
    null,
    null,
    null,
    null,
  ]);
  expect(notCovered.map(({ what }) => what)).toEqual([
    "freshness of public.bare.word",
    "freshness of public.bare.nope",
    "freshness of public.nope.at",
  ]);
});
