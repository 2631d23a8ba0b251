import fc from "fast-check";
import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { hashesOf } from "../../test/support/hashes.ts";
import type { Session } from "../postgres/types.ts";
import { addSums, formatSums, noRows } from "./row-hash.ts";

const value = fc.oneof(
  fc.constant(null),
  fc.constant(""),
  fc.constant(" "),
  fc.constant("NULL"),
  fc.constantFrom(",", '"', "\\", "(", ")", "a,b", 'x"y', "\t", "\n"),
  fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => text.replaceAll("\0", "")),
);
const row = fc.tuple(value, value, value);

async function hashOfRows(session: Session, rows: readonly (readonly (string | null)[])[]): Promise<string | null> {
  await session.query("TRUNCATE public.r");
  await session.query("INSERT INTO public.r SELECT v->>0, v->>1, v->>2 FROM unnest($1::jsonb[]) AS v", [
    rows.map((columns) => JSON.stringify(columns)),
  ]);
  return (await hashesOf(session))["public.r"]?.hash ?? null;
}

test("the order of rows does not matter, any changed value does", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.r (a text, b text, c text)");
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.nat({ max: 2 }),
      value,
      async (rows, at, column, changed) => {
        const before = await hashOfRows(session, rows);
        expect(await hashOfRows(session, rows.toReversed())).toBe(before);
        const harmed = rows.map((columns, index) =>
          index === at % rows.length ? columns.map((old, c) => (c === column ? changed : old)) : columns,
        );
        const same = rows[at % rows.length]?.[column] === changed;
        expect((await hashOfRows(session, harmed)) === before).toBe(same);
        expect(await hashOfRows(session, [...rows, ...rows.slice(0, 1)])).not.toBe(before);
      },
    ),
    { numRuns: 60 },
  );
});

test("twin rows that are replaced in pairs are noticed", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.r (a text, b text, c text)");
  const ones = await hashOfRows(session, [
    ["1", "", ""],
    ["1", "", ""],
    ["3", "", ""],
  ]);
  const twos = await hashOfRows(session, [
    ["2", "", ""],
    ["2", "", ""],
    ["3", "", ""],
  ]);
  expect(ones).not.toBe(twos);
});

test("the physical order of columns does not matter, their names do not get in the way", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.x (a int, b text, "order" int); INSERT INTO public.x VALUES (1, 'two', 3);
    CREATE TABLE public.y ("order" int, b text, gone int, a int); ALTER TABLE public.y DROP COLUMN gone;
    INSERT INTO public.y VALUES (3, 'two', 1);
    CREATE TABLE public.q (q int, v text, r int, t int, ctid_ int, rows int);
    INSERT INTO public.q VALUES (1, 'x', 2, 3, 4, 5);
    CREATE TABLE public.t (t int, other int); INSERT INTO public.t VALUES (1, 1);
    CREATE TABLE public.no_columns (); INSERT INTO public.no_columns DEFAULT VALUES; INSERT INTO public.no_columns DEFAULT VALUES;`);
  const before = await hashesOf(session);
  expect(before["public.x"]?.hash).toBe(before["public.y"]?.hash);
  expect(before["public.no_columns"]).toMatchObject({ rows: 2, hash: expect.stringMatching(/^-?\d+:-?\d+$/) });
  await session.query("UPDATE public.t SET other = 2; UPDATE public.q SET rows = 6");
  const after = await hashesOf(session);
  expect(after["public.t"]?.hash).not.toBe(before["public.t"]?.hash);
  expect(after["public.q"]?.hash).not.toBe(before["public.q"]?.hash);
});

test("a table of 1,600 columns is hashed", async () => {
  await using database = await testDatabase();
  const { session } = database;
  const columns = Array.from({ length: 1600 }, (_, index) => `c${index} bool`);
  await session.query(`CREATE TABLE public.wide (${columns.join(", ")}); INSERT INTO public.wide (c7) VALUES (true)`);
  expect((await hashesOf(session))["public.wide"]).toMatchObject({ rows: 1, hash: expect.any(String) });
});

test("sums add up and can be taken away", () => {
  const some = { rows: 2, sum0: 2n ** 70n, sum1: -5n };
  expect(addSums(addSums(some, some), some, -1)).toEqual(some);
  expect(formatSums(addSums(noRows, some))).toBe("1180591620717411303424:-5");
});
