import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { census, databasePlan, proofContext, table } from "../../../test/support/proof.ts";
import type { Census } from "../../census/types.ts";
import type { ProofContext } from "../types.ts";
import { dataEquality } from "./data-equality.ts";

const run = (expected: Census["tables"], copy: Census["tables"], more: Partial<ProofContext> = {}) =>
  dataEquality.run(proofContext({ expected: census({ tables: expected }), copy: census({ tables: copy }), ...more }));

test("equal tables pass, and the report says how many rows were compared", async () => {
  const tables = { "public.a": table(1_234_000), "public.b": table(567), "public.empty": table(0) };
  expect(await run(tables, { ...tables })).toMatchObject({
    status: "passed",
    expected: "3 tables, 1,234,567 rows",
    actual: "3 tables, 1,234,567 rows equal",
    findings: [],
  });
});

test("a lost row, changed content, a missing and a surplus table fail", async () => {
  const expected = { "public.a": table(5), "public.b": table(5, "5:1"), "public.c": table(1), 'public."D"': table(1) };
  const copy = { "public.a": table(4), "public.b": table(5, "5:2"), "public.x": table(0), 'public."D"': table(1) };
  const { status, findings, actual } = await run(expected, copy);
  expect(status).toBe("failed");
  expect(actual).toBe("1 table, 1 row equal; 4 differences");
  expect(findings).toMatchObject([
    { object: "public.a", attribute: "rows", expected: "5", actual: "4" },
    { object: "public.b", attribute: "content" },
    { object: "public.c", attribute: "table", actual: "missing" },
    { object: "public.x", attribute: "table", actual: "present" },
  ]);
  // The hash of a small table would let a reader confirm a guess of its content.
  expect(JSON.stringify(findings)).not.toContain("5:1");
});

test("of a light census the sample is compared, and what it may miss is told", async () => {
  const unhashed = { why: "the plan asks for a light census", excused: true };
  const light = (hash: string) => ({
    "public.big": table(10_000, null, { unhashed, sample: { one_in: 100, rows: 96, hash } }),
  });
  expect(await run(light("1:2"), light("1:3"))).toMatchObject({
    status: "failed",
    findings: [{ object: "public.big", attribute: "content" }],
  });
  const { status, notCovered } = await run(light("1:2"), light("1:2"));
  expect(status).toBe("passed");
  expect(notCovered).toMatchObject([{ what: "Content of public.big" }]);
});

test("a table that was only counted keeps the check from passing, unless somebody answers for it until today", async () => {
  const unhashed = { why: "its hash took longer than the plan's table_budget of 60 s", excused: false };
  const late = { "public.big": table(10, null, { unhashed }) };
  expect(await run(late, { "public.big": table(10) })).toMatchObject({
    status: "not_run",
    reason: expect.stringContaining("public.big was counted but not hashed"),
  });
  const excused = { "public.big": table(10, null, { unhashed: { why: "the plan excludes it", excused: true } }) };
  const exclude = (expires: string) =>
    databasePlan({
      census: {
        exclude: [{ table: "public.big", reason: "raw events, can be fetched again", owner: "Data", expires }],
      },
    });
  const valid = await run(excused, excused, { database: exclude("2026-11-22") });
  expect(valid.status).toBe("passed");
  expect(valid.notCovered).toHaveLength(1);
  expect((await run(excused, excused, { database: exclude("2026-11-21") })).status).toBe("not_run");
  // Counted only, and yet one row short.
  const short = { "public.big": table(9, null, { unhashed: { why: "the plan excludes it", excused: true } }) };
  expect((await run(excused, short, { database: exclude("2026-11-22") })).status).toBe("failed");
});

test("rows of an extension's own tables, and tables of an extension that was left out, are not covered", async () => {
  const own = { "public.own": table(1) };
  const spatial = (hash: string) => ({
    ...own,
    "public.spatial_ref_sys": table(8500, hash, { kind: "extension-table" }),
  });
  const changed = await run(spatial("1:1"), spatial("2:2"));
  expect(changed.status).toBe("passed");
  expect(changed.notCovered).toHaveLength(1);
  expect([changed.expected, changed.actual]).toEqual(["2 tables, 8,501 rows", "1 table, 1 row equal; 1 not covered"]);
  expect((await run(spatial("1:1"), own)).status).toBe("passed");
  const inventory = [{ kind: "extension", name: "pg_cron", attributes: { configuration: { "cron.job": "" } } }];
  const expected = census({ tables: { "cron.job": table(1) }, inventory });
  expect((await dataEquality.run(proofContext({ expected }))).status).toBe("failed");
  const skipped = {
    what: "extension pg_cron",
    why: "it would run jobs",
    kind: "extension",
    object: "pg_cron",
  } as const;
  const without = await dataEquality.run(proofContext({ expected, restoreSkipped: [skipped] }));
  expect(without.status).toBe("passed");
  expect(without.notCovered).toHaveLength(1);
});

test("a backup without a table of its own equals any copy, and is a finding until the plan excuses it", async () => {
  const nothing = await run({ "public.spatial_ref_sys": table(8500, "1:1", { kind: "extension-table" }) }, {});
  expect(nothing).toMatchObject({
    status: "failed",
    findings: [{ object: "database", attribute: "tables", expected: "at least one", actual: "none in the backup" }],
  });
  const inventory = (kind: string) => [{ kind: "table", name: "public.far", attributes: { kind } }];
  const defined = (kind: string) =>
    dataEquality.run(proofContext({ expected: census({ inventory: inventory(kind) }) }));
  expect((await defined("foreign table")).status).toBe("failed");
  expect((await defined("table")).status, "a sample without rows").toBe("passed");
});

test("a materialized view whose rows were only counted is not taken for equal", async () => {
  const counted = (rows: number, excused: boolean) => ({
    "public.m": table(rows, null, { kind: "matview", unhashed: { why: "it took too long", excused } }),
  });
  expect((await run(counted(5, false), counted(5, false))).status).toBe("not_run");
  expect(await run(counted(5, true), counted(5, true))).toMatchObject({ status: "passed", notCovered: [{}] });
  expect((await run(counted(0, true), counted(0, true))).notCovered, "never filled").toEqual([]);
  // What a refresh made of it is asked of the copy.
  expect((await run(counted(5, true), counted(4, true))).status).toBe("not_run");
});

test("materialized views: a stale source is not covered, a copy that is not what its definition gives fails", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.t (a int, "x" text);
    INSERT INTO public.t VALUES (1, 'one'), (2, NULL);
    CREATE MATERIALIZED VIEW public."M v" AS SELECT a, x FROM public.t;
    CREATE MATERIALIZED VIEW public.clock AS SELECT now() AS at;
    CREATE MATERIALIZED VIEW public.boom AS SELECT 1 / a AS q FROM public.t;
  `);
  const matview = (hash: string | null) => table(2, hash, { kind: "matview" });
  const differ = (name: string) => run({ [name]: matview("1:1") }, { [name]: matview("2:2") }, { session });

  const stale = await differ('public."M v"');
  expect(stale.status).toBe("passed");
  expect(stale.notCovered).toHaveLength(1);
  await session.query("INSERT INTO public.t VALUES (3, 'three')");
  expect(await differ('public."M v"')).toMatchObject({
    status: "failed",
    findings: [{ object: 'public."M v"', attribute: "content" }],
  });
  // What reads the clock differs each time: that is no fault of the copy.
  expect(await differ("public.clock")).toMatchObject({ status: "passed", notCovered: [{}] });
  await session.query("INSERT INTO public.t VALUES (0, 'zero')");
  expect(await differ("public.boom")).toMatchObject({
    status: "not_run",
    reason: expect.stringContaining("22012 division_by_zero"),
  });
  expect(await differ("public.gone")).toMatchObject({ status: "failed" });
});

test("materialized views: one that the source had filled and the copy has not fails; both empty, or equal, pass", async () => {
  const filled = { "public.m": table(2, "1:1", { kind: "matview" }) };
  const never = { why: "the materialized view was never filled", excused: true };
  const empty = { "public.m": table(0, null, { kind: "matview", unhashed: never }) };
  expect(await run(filled, empty)).toMatchObject({ status: "failed", findings: [{ attribute: "populated" }] });
  expect((await run(empty, empty)).status).toBe("passed");
  expect((await run(filled, filled)).status).toBe("passed");
});
