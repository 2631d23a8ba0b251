import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { census } from "../../test/support/proof.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { readCensusFile, writeCensus } from "./census-file.ts";
import type { Census, Json, RoleViews } from "./types.ts";

const text = fc.string({ unit: "binary", maxLength: 12 });
const hash = fc.tuple(fc.bigInt(), fc.bigInt()).map(([a, b]) => `${a}:${b}`);
const parts = fc.record({
  tables: fc.dictionary(
    fc.tuple(text).map(([name]) => `public.${name}`),
    fc.record({ rows: fc.nat(), hash, kind: fc.constant("table" as const), seconds: fc.constant(0.5) }),
    { noNullPrototype: true },
  ),
  inventory: fc.uniqueArray(
    fc.record({
      kind: fc.constantFrom("table", "function"),
      name: text,
      attributes: fc.record({
        body: text,
        list: fc.array(text),
        deep: fc.record({ a: fc.constantFrom<Json>(null, 1, true) }),
      }),
    }),
    { selector: ({ kind, name }) => `${kind} ${name}` },
  ),
});

const sorted = (one: Census): Census => ({
  ...one,
  inventory: one.inventory.toSorted((a, b) => (`${a.kind}\0${a.name}` < `${b.kind}\0${b.name}` ? -1 : 1)),
});

test("a census is read back as it was written, whatever its names hold, and is plain JSON", async () => {
  await using scratch = await scratchDirectory("test");
  const path = join(scratch.path, "census.json");
  await fc.assert(
    fc.asyncProperty(parts, async (given) => {
      const one = census(given);
      await writeCensus(one, path);
      expect(sorted(await readCensusFile(path))).toEqual(sorted(one));
      const json = JSON.parse(await readFile(path, "utf8"));
      expect(Object.keys(json)).toEqual(["head", "tables", "sequences", "inventory"]);
    }),
    { numRuns: 100 },
  );
});

test("the same census is the same file, in whatever order it was taken", async () => {
  await using scratch = await scratchDirectory("test");
  const object = (name: string) => ({ kind: "table", name, attributes: { line: "\u2028" } });
  const table = { rows: 1, hash: "1:1", kind: "table" as const, seconds: 0 };
  const [one, two] = [join(scratch.path, "one"), join(scratch.path, "two")];
  await writeCensus(census({ inventory: [object("a"), object("b")], tables: { "a.a": table, "a.b": table } }), one);
  await writeCensus(census({ inventory: [object("b"), object("a")], tables: { "a.b": table, "a.a": table } }), two);
  expect(await readFile(one, "utf8")).toBe(await readFile(two, "utf8"));
});

test("what is no census is refused with the line, never with what stands in it", async () => {
  await using scratch = await scratchDirectory("test");
  const path = join(scratch.path, "census.json");
  const table = { rows: 1, hash: "1:1", kind: "table" as const, seconds: 0 };
  await writeCensus(census({ tables: { "public.t": table } }), path);
  const good = await readFile(path, "utf8");
  const refused = async (content: string, why: RegExp) => {
    await writeFile(path, content);
    await expect(readCensusFile(path)).rejects.toMatchObject({
      id: "census.file_malformed",
      kind: "failed",
      message: expect.stringMatching(why),
    });
  };
  await refused("", /ends before its time/);
  await refused(good.slice(0, -3), /ends before its time|line \d/);
  await refused(good.replace('"rows":1', '"rows":"canary"'), /line 3: public\.t\.rows invalid_type/);
  await refused(good.replace('"rows":1', '"rows":1,"surplus":1'), /line 3: public\.t unrecognized_keys/);
  await refused(good.replace('"1:1"', '"one"'), /line 3/);
  await refused(good.replace('"format":3', '"format":"2"'), /line 1: format/);
  await writeFile(path, good.replace('"format":3', '"format":2'));
  await expect(readCensusFile(path)).rejects.toMatchObject({ id: "census.other_format", exitCode: 3 });
  await refused(`${good}{}\n`, /does not belong there/);
  await refused("\0\0\0", /not JSON/);
});

const views: RoleViews = {
  limit: 10,
  roles: [{ role: "anon", rights: { "public.t": "select (a)" }, unfiltered: ["public.t"] }],
  perspectives: [
    {
      role: "anon",
      user: "1",
      app_roles: ["parent"],
      sights: {
        "public.a": { kind: "rows", rows: 3, hash: "1:-2", at: "2026-11-22 02:00:00.1+00" },
        "public.b": { kind: "granted" },
        "public.c": { kind: "refused", code: "42501", asked: "count" },
        "public.d": { kind: "unread" },
      },
      seconds: 0.1,
    },
  ],
  users: { table: "auth.users", key: "id", key_type: "uuid", app_role_type: null },
  unsteady: { "public.b": { why: "time", ask: true } },
  unproven: [],
};

test("what each role may see is read back, and a time that is none is refused: it becomes SQL on the copy", async () => {
  await using scratch = await scratchDirectory("test");
  const path = join(scratch.path, "census.json");
  await writeCensus(census({ role_views: views }), path);
  expect((await readCensusFile(path)).role_views).toEqual(views);
  await writeFile(path, (await readFile(path, "utf8")).replace("02:00:00.1+00", "02:00'; DROP TABLE t; --"));
  await expect(readCensusFile(path)).rejects.toThrow(/role_views\.perspectives\.0\.sights\.public\.a\.at/);
});

test("the marker of a recovery in a census of an earlier version is not read back, nor anything that is said of it", async () => {
  await using scratch = await scratchDirectory("test");
  const path = join(scratch.path, "census.json");
  const table = { rows: 1, hash: "1:1", kind: "table" as const, seconds: 0 };
  const object = (kind: string, name: string, attributes = {}) => ({ kind, name, attributes });
  const held = census({
    tables: { "public.t": table, "ithaca_recovery.incident": table },
    inventory: [
      object("schema", "ithaca_recovery"),
      object("schema", "public"),
      object("table", "ithaca_recovery.incident"),
      object("column", "ithaca_recovery.incident.id"),
      object("constraint", "incident_pkey ON ithaca_recovery.incident"),
      object("index", "ithaca_recovery.incident_pkey", { table: "ithaca_recovery.incident" }),
      object("table", "public.ithaca_recovery"),
    ],
    role_views: {
      ...views,
      roles: [
        { role: "anon", rights: { "ithaca_recovery.incident": "select" }, unfiltered: ["ithaca_recovery.incident"] },
      ],
    },
  });
  await writeCensus(held, path);
  const read = await readCensusFile(path);
  expect(Object.keys(read.tables)).toEqual(["public.t"]);
  expect(read.inventory.map(({ name }) => name)).toEqual(["public", "public.ithaca_recovery"]);
  expect(read.role_views?.roles).toEqual([{ role: "anon", rights: {}, unfiltered: [] }]);
});
