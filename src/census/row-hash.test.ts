import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { hashesOf } from "../../test/support/hashes.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.session.query(`
    CREATE TYPE public.mood AS ENUM ('', 'glad', 'sad');
    CREATE TYPE public.pair AS (a int, b text);
    CREATE DOMAIN public.amount AS numeric(12, 4);
    CREATE DOMAIN public.deep AS public.amount;
    CREATE DOMAIN public.day AS date;
    CREATE DOMAIN public.moment AS timestamptz;
    CREATE DOMAIN public.local_moment AS timestamp;
    CREATE EXTENSION citext SCHEMA public`);
});
afterAll(() => database[Symbol.asyncDispose]());

/** The hash of a table of one row for each of these values, in their order. */
async function hashesOfValues(type: string, values: readonly string[]): Promise<(string | null | undefined)[]> {
  const { session } = database;
  const tables = values.map((value, index) => ({ name: `public.one${index}`, value }));
  const fill = ({ name, value }: (typeof tables)[number]) =>
    `CREATE TABLE ${name} (a ${type}, b int); INSERT INTO ${name} VALUES (${value}, 1)`;
  await session.query(tables.map(fill).join(";\n"));
  const hashes = await hashesOf(session);
  await session.query(`DROP TABLE ${tables.map(({ name }) => name).join(", ")}`);
  return tables.map(({ name }) => hashes[name]?.hash);
}

const points = [
  ...["'2000-01-01 00:00'", "'2000-01-01 01:11:34.967297'", "'5000-01-01'", "'5000-01-01 00:00:00.000001'"],
  ...["'4714-11-24 BC'", "'294276-12-31 23:59:59.999999'"],
];

/** Values that must differ, by type: also those that the type itself calls equal, or that look alike. */
const different: Readonly<Record<string, readonly string[]>> = {
  bool: ["true", "false", "NULL"],
  int2: ["0", "1", "-1", "NULL"],
  int4: ["0", "1", "-1", "NULL"],
  // The last two fold to the same 32 bits.
  int8: ["0", "1", "-1", "4294967297", "8589934594", "NULL"],
  oid: ["0", "1", "NULL"],
  text: ["''", "' '", "'a'", "'a '", "'A'", "'NULL'", "E'\\u0001'", "NULL"],
  varchar: ["''", "'a'", "'a '", "NULL"],
  "char(3)": ["''", "'a'", "'b'", "NULL"],
  bpchar: ["'a'", "'a '", "NULL"],
  '"char"': ["'a'", "'b'", "''", "NULL"],
  name: ["'a'", "'b'", "NULL"],
  "public.citext": ["'a'", "'A'", "NULL"],
  bytea: ["''", "'\\x00'", "'\\x0000'", "NULL"],
  numeric: ["1.5", "1.50", "0", "'NaN'", "'Infinity'", "NULL"],
  "public.amount": ["1.5", "1.6", "NULL"],
  "public.deep": ["1.5", "1.6", "NULL"],
  float4: ["'0'", "'-0'", "'NaN'", "1.1", "1.1000001", "NULL"],
  float8: ["'0'", "'-0'", "'NaN'", "0.1", "0.1::float8 + 1e-17::float8 * 2", "NULL"],
  uuid: ["'00000000-0000-0000-0000-000000000000'", "'00000000-0000-0000-0000-000000000001'", "NULL"],
  date: ["'2026-01-01'", "'2026-01-02'", "'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'", "NULL"],
  time: ["'00:00'", "'24:00'", "'00:00:00.000001'", "NULL"],
  timetz: ["'12:00+00'", "'13:00+01'", "NULL"],
  // Of each of these pairs of points in time its own hash, or its seconds as a float, are the same.
  timestamp: [...points, "'2026-01-01'", "'2026-01-01 00:00:00.000001'", "'infinity'", "'-infinity'", "NULL"],
  timestamptz: [...points, "'2026-01-01 00:00Z'", "'2026-01-01 01:00Z'", "'infinity'", "'-infinity'", "NULL"],
  "public.day": ["'2026-01-01'", "'infinity'", "NULL"],
  "public.local_moment": [...points, "'infinity'", "NULL"],
  "public.moment": [...points, "'infinity'", "NULL"],
  interval: ["'1 day'", "'24 hours'", "'1 month'", "'30 days'", "NULL"],
  json: [`'{"a":1}'`, `'{"a": 1}'`, "'null'", "NULL"],
  jsonb: [`'{"a":1}'`, `'{"a":1.0}'`, "'null'", "NULL"],
  xml: ["'<a/>'", "'<a></a>'", "NULL"],
  inet: ["'10.0.0.1'", "'10.0.0.1/24'", "NULL"],
  "int[]": ["'{}'", "'{NULL}'", "'{1,2}'", "'{{1,2}}'", "'[0:1]={1,2}'", "NULL"],
  "text[]": ["'{}'", "'{NULL}'", `'{"NULL"}'`, `'{"a,b"}'`, "'{a,b}'", "NULL"],
  int4range: ["'empty'", "'[1,2)'", "'[1,3)'", "NULL"],
  tsvector: ["''", "'a'", "'a:1'", "NULL"],
  point: ["'(0,0)'", "'(0,-0)'", "NULL"],
  bit: ["'0'", "'1'", "NULL"],
  "public.mood": ["''", "'glad'", "'sad'", "NULL"],
  "public.pair": ["ROW(NULL, NULL)", "ROW(1, NULL)", "ROW(NULL, '')", "NULL"],
};

test.each(Object.entries(different))("of %s no two values share a hash", async (type, values) => {
  const hashes = await hashesOfValues(type, values);
  expect(hashes).not.toContain(null);
  expect(new Set(hashes).size).toBe(values.length);
});

test("a value in another column, exchanged between rows, or moved over the border of two columns is another one", async () => {
  const { session } = database;
  const hash = async (rows: string) => {
    await session.query(`CREATE TABLE public.t (a text, b text, c int, d int); INSERT INTO public.t VALUES ${rows}`);
    const found = (await hashesOf(session))["public.t"]?.hash;
    await session.query("DROP TABLE public.t");
    return found;
  };
  const hashes = [
    await hash("('x', 'y', 1, 2), ('v', 'w', 3, 4)"),
    await hash("('y', 'x', 1, 2), ('v', 'w', 3, 4)"),
    await hash("('x', 'y', 2, 1), ('v', 'w', 3, 4)"),
    await hash("('x', 'w', 1, 2), ('v', 'y', 3, 4)"),
    await hash("('x', 'y', 3, 2), ('v', 'w', 1, 4)"),
    await hash("('xy', '', 1, 2), ('v', 'w', 3, 4)"),
    await hash("('x', 'y', 1, 2), ('x', 'y', 1, 2)"),
    await hash("('v', 'w', 3, 4), ('v', 'w', 3, 4)"),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(await hash("('v', 'w', 3, 4), ('x', 'y', 1, 2)")).toBe(hashes[0]);
});

test("a table may have as many columns as PostgreSQL allows, or none", async () => {
  const { session } = database;
  const columns = Array.from({ length: 1600 }, (_, index) => `c${index} int2 DEFAULT ${index}`);
  await session.query(`CREATE TABLE public.wide (${columns.join(", ")}); INSERT INTO public.wide DEFAULT VALUES;
    CREATE TABLE public.bare (); INSERT INTO public.bare DEFAULT VALUES`);
  const before = await hashesOf(session);
  expect(before["public.bare"]).toMatchObject({ rows: 1, hash: expect.any(String) });
  await session.query("UPDATE public.wide SET c1599 = 0");
  expect((await hashesOf(session))["public.wide"]?.hash).not.toBe(before["public.wide"]?.hash);
});

test("property: equal rows have equal hashes wherever their columns stand, and any other value another one", async () => {
  await using alone = await testDatabase();
  const { session } = alone;
  await session.query(`CREATE TABLE public.here (id int8, name text, at timestamptz, worth float8);
    CREATE TABLE public.there (worth float8, at timestamptz, id int8, name text)`);
  const value = fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.string(), fc.double());
  const row = value.map(([id, name, worth]) => [String(id), name.replaceAll("\0", ""), String(worth)] as const);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), fc.nat(), async (rows, which) => {
      await session.query("TRUNCATE public.here, public.there");
      for (const [id, name, worth] of rows) {
        const values = [id, name, worth];
        await session.query(
          "INSERT INTO public.here VALUES ($1, $2, 'epoch'::timestamptz + interval '1 s' * ($1::int8 % 99), $3)",
          values,
        );
        await session.query(
          "INSERT INTO public.there VALUES ($3, 'epoch'::timestamptz + interval '1 s' * ($1::int8 % 99), $1, $2)",
          values,
        );
      }
      const same = await hashesOf(session);
      expect(same["public.there"]?.hash).toBe(same["public.here"]?.hash);
      const changes = ["id = id # 1", "name = name || ' '", "at = at + '1 us'", "worth = NULL"];
      await session.query(
        `UPDATE public.there SET ${changes[which % changes.length]} WHERE ctid = (SELECT max(ctid) FROM public.there)`,
      );
      expect((await hashesOf(session))["public.there"]?.hash).not.toBe(same["public.here"]?.hash);
    }),
    { numRuns: 25 },
  );
});
