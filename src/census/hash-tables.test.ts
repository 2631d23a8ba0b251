import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { hashesOf } from "../../test/support/hashes.ts";
import { hashTables } from "./hash-tables.ts";
import { hashQuery, rowText } from "./row-hash.ts";
import { planScans, scanCondition } from "./scans.ts";
import type { ListedTable } from "./table-list.ts";

function listed(name: string, bytes: number, blocks = Math.ceil(bytes / 8192)): ListedTable {
  const part = {
    oid: 1,
    qualified: name,
    hashed: [{ name: "a", type: "int4" }],
    key: null,
    bytes,
    blocks,
    condition: "",
    sign: 1 as const,
  };
  return { name, kind: "table", parts: [part], populated: true };
}

test("a table over its budget is counted, not hashed, and the others are not held up by it", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.big AS SELECT i, repeat(i::text, 20) AS t FROM generate_series(1, 200000) AS i;
    CREATE TABLE public.small AS SELECT 1 AS a`);
  const tables = await hashesOf(session, { budget: 0.03 });
  expect(tables["public.small"]).toMatchObject({ rows: 1, hash: expect.any(String) });
  expect(tables["public.big"]).toMatchObject({
    rows: 200_000,
    hash: null,
    unhashed: { why: "its hash took longer than the plan's table_budget of 0.03 s", excused: false },
  });
});

test("what the plan excludes is counted, with its excuse", async () => {
  await using database = await testDatabase();
  await database.session.query("CREATE TABLE public.t AS SELECT generate_series(1, 7) AS a");
  const unhashed = { why: "for a reason", excused: true };
  const tables = await hashesOf(database.session, { countOnly: new Map([["public.t", unhashed]]) });
  expect(tables["public.t"]).toMatchObject({ rows: 7, hash: null, unhashed });
});

test("of a table in a light census all rows are counted and one in a hundred is hashed, chosen by key", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.t (id int PRIMARY KEY, v text, in_sample bool);
    INSERT INTO public.t SELECT i, 'old' FROM generate_series(1, 20000) AS i`);
  const light = async () => (await hashesOf(session, { sampled: () => true }))["public.t"];
  const before = await light();
  expect(before).toMatchObject({ rows: 20_000, hash: null, unhashed: { excused: true }, sample: { one_in: 100 } });
  expect(before?.sample?.rows).toBeGreaterThan(100);
  expect(before?.sample?.rows).toBeLessThan(300);
  // Where a row lies says nothing about whether it is chosen.
  await session.query("UPDATE public.t SET v = v");
  expect((await light())?.sample).toEqual(before?.sample);
  await session.query("UPDATE public.t SET v = 'new' WHERE id <= 5000");
  const after = await light();
  expect(after?.sample?.rows).toBe(before?.sample?.rows);
  expect(after?.sample?.hash).not.toBe(before?.sample?.hash);
});

test("a table that vanished is a sign of DDL; a batch names the table that is at fault", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.a (x int); CREATE TABLE public.b (x int)");
  const { tasks } = hashTables([listed("public.a", 0), listed("public.gone", 0)], { read: {}, countOnly: new Map() });
  expect(tasks).toHaveLength(1);
  await expect(tasks[0]?.(session)).rejects.toMatchObject({ id: "census.definitions_moved" });
});

test("a large table in pieces has the hash of the whole", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.t AS SELECT i, md5(i::text) FROM generate_series(1, 20000) AS i");
  const whole = (await hashesOf(session))["public.t"]?.hash;
  // Claims to be large, so that it is divided although the test's table is not.
  const table = { ...listed("public.t", 900 * 1024 * 1024, 100) };
  const batches = planScans([table]);
  expect(batches.length).toBe(15);
  const hashed = [
    { name: "i", type: "int4" },
    { name: "md5", type: "text" },
  ];
  let rows = 0;
  const sums = [0n, 0n];
  for (const [scan] of batches) {
    if (scan === undefined) continue;
    const source = { qualified: "public.t", hashed, condition: scanCondition(scan) };
    const [row] = await session.query<{ rows: string; sum0: string; sum1: string }>(hashQuery(source));
    rows += Number(row?.rows);
    sums[0] = (sums[0] ?? 0n) + BigInt(row?.sum0 ?? 0);
    sums[1] = (sums[1] ?? 0n) + BigInt(row?.sum1 ?? 0);
  }
  expect(rows).toBe(20_000);
  expect(sums.join(":")).toBe(whole);
});

test("many small tables share queries, heaviest first", () => {
  const tables = Array.from({ length: 100 }, (_, index) => listed(`t${index}`, index * 100));
  const batches = planScans([...tables, listed("big", 60 * 1024 * 1024)]);
  expect(batches.map((batch) => batch.length)).toEqual([1, 40, 40, 20]);
  expect(batches[0]?.[0]?.table.name).toBe("big");
});

test("the text of a row is the record's, in C order", () => {
  expect(rowText("a, b")).toBe('ROW(a, b)::text COLLATE "C"');
});
