import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BackupFigures } from "./figures.ts";
import { judgeHistory } from "./judge-history.ts";

/** A backup of a day of November with so many rows in each table. */
function day(number: number, tables: Record<string, number>, more: Partial<BackupFigures> = {}): BackupFigures {
  const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
  const taken_at = new Date(Date.UTC(2026, 10, number, 2)).toISOString();
  return { id: `backup-${number}`, taken_at, size_bytes: 1_000 + rows * 100, rows, table_rows: tables, ...more };
}

/** A week in which a table had these rows, day by day, and the figures of the eighth. */
function week(counts: readonly number[], now: number, critical = false) {
  const history = counts.map((rows, index) => day(index + 1, { "public.t": rows }));
  return judgeHistory(day(counts.length + 1, { "public.t": now }), history, () => critical);
}

const objects = ({ findings }: { findings: readonly { object: string; attribute: string }[] }) =>
  findings.map(({ object, attribute }) => `${object} ${attribute}`);

const grows = [980, 1_000, 1_010, 1_030, 1_040, 1_060, 1_080];

describe("a table", () => {
  test("that collapsed or went empty is found", () => {
    expect(objects(week(grows, 400))).toContain("public.t rows");
    expect(week(grows, 0).findings).toContainEqual({
      object: "public.t",
      attribute: "rows",
      expected: "about 1,030 rows, as in the backups before",
      actual: "0 rows",
    });
    expect(objects(week([30, 30], 0))).toEqual(["public.t rows"]);
    expect(objects(week([10, 10], 0))).toEqual(["public.t rows"]);
    expect(objects(week([1, 1], 0, true))).toEqual(["public.t rows"]);
  });
  test("that lost rows as a busy one does is none", () => {
    expect(objects(week(grows, 600))).toEqual([]);
    expect(objects(week([60, 60, 60], 20))).toEqual([]);
  });
  test("is still found on the days after the loss, until the loss is what is usual", () => {
    expect(objects(week([...grows.slice(0, 6), 100], 110))).toContain("public.t rows");
    expect(objects(week([...grows.slice(0, 2), 100, 105, 107, 109, 110], 112))).toEqual([]);
  });
  test("that was as low before and came back goes up and down by nature", () => {
    expect(objects(week([5_000, 5_100, 0, 5_050, 5_000, 5_200, 5_100], 0))).toEqual([]);
    expect(objects(week([5_000, 5_100, 20, 5_050, 5_000, 5_200, 5_100], 10))).toContain("public.t rows");
    expect(objects(week([5_000, 5_100, 20, 5_050, 5_000, 5_200, 5_100], 20))).toEqual([]);
  });
  test("that is small may become empty, unless the plan calls it critical", () => {
    expect(objects(week([3, 2, 3, 3], 0))).toEqual([]);
    expect(objects(week([3, 2, 3, 3], 0, true))).toEqual(["public.t rows"]);
    expect(objects(week([0, 0, 0], 0, true))).toEqual([]);
  });
  test("that runs away is suspicious and no failure; one that is new or gone fails nothing either", () => {
    const grown = week(grows, 50_000);
    expect(grown.findings).toEqual([]);
    expect(grown.suspicions.map(({ what }) => what)).toContain("public.t has 50,000 rows, after about 1,030 rows");
    const history = [day(1, { "public.a": 900, "public.b": 900 }), day(2, { "public.a": 900, "public.b": 900 })];
    const changed = judgeHistory(day(3, { "public.a": 900, "public.c": 900 }), history);
    expect(changed.findings).toEqual([]);
    expect(changed.suspicions.map(({ what }) => what)).toEqual(["Table public.b with about 900 rows is gone"]);
  });
  test("of many rows that got more, one that is small and gone, and one that came and went are as usual", () => {
    expect(week([1_000_000, 1_000_001, 1_000_002], 1_050_000)).toMatchObject({ findings: [], suspicions: [] });
    const rows = { "public.a": 900, "public.small": 20 };
    const gone = judgeHistory(day(3, { "public.a": 901 }), [day(1, rows), day(2, rows)]);
    expect(gone).toMatchObject({ findings: [], suspicions: [] });
    const brief = [day(1, { "public.a": 900 }), day(2, { "public.a": 900, "public.b": 900 })];
    const emptied = judgeHistory(day(3, { "public.a": 900, "public.b": 0 }), brief);
    expect(emptied).toMatchObject({ findings: [], suspicions: [] });
  });
});

describe("the whole backup", () => {
  test("that shrank is found, and one that swelled is suspicious", () => {
    const history = [1, 2, 3].map((number) => day(number, { "public.t": 10 }, { rows: 50_000, size_bytes: 50e6 }));
    const shrunk = day(4, { "public.t": 10 }, { rows: 20_000, size_bytes: 20e6 });
    expect(objects(judgeHistory(shrunk, history))).toEqual(["the whole backup rows", "the whole backup size"]);
    const swollen = day(4, { "public.t": 10 }, { rows: 5_000_000, size_bytes: 5e9 });
    expect(judgeHistory(swollen, history)).toMatchObject({ findings: [], suspicions: [{}, {}] });
  });
  test("that has another one's snapshot is that one under another name", () => {
    const { taken_at } = day(1, {});
    expect(judgeHistory(day(2, {}, { taken_at }), [day(1, {})]).findings).toEqual([
      {
        object: "the whole backup",
        attribute: "taken_at",
        expected: "a snapshot of its own",
        actual: "that of backup-1",
      },
    ]);
  });
  test("in which nothing moved is suspicious only where something always did", () => {
    expect(week([1, 2, 3, 4, 5, 6], 6).suspicions.map(({ what }) => what)).toEqual([
      "Every table has as many rows as in backup-6, and the dump its size",
    ]);
    expect(week([1, 2, 2, 4, 5, 6], 6).suspicions).toEqual([]);
    expect(week([6, 6, 6, 6, 6, 6], 6).suspicions).toEqual([]);
    const moved = [1, 2, 3, 4].map((number) => day(number, { "public.a": number, "public.b": number, "public.c": 1 }));
    const exchanged = day(5, { "public.a": 5, "public.b": 3, "public.c": 1 });
    expect(judgeHistory(exchanged, moved).suspicions).toEqual([]);
  });
});

test("records without counts of tables still say what the whole was; those that come later say nothing", () => {
  const old = [1, 2, 3].map((number) => day(number, { "public.t": 9_000 }, { table_rows: null }));
  expect(objects(judgeHistory(day(4, { "public.t": 100 }), old))).toEqual(["the whole backup rows"]);
  const uncounted = day(4, { "public.t": 100 }, { table_rows: null });
  const counted = [1, 2, 3].map((number) => day(number, { "public.t": 9_000 }));
  expect(objects(judgeHistory(uncounted, counted))).toEqual(["the whole backup rows"]);
  const single = judgeHistory(day(4, { "public.t": 100 }), counted.slice(0, 1));
  expect(single).toEqual({ compared: 1, findings: [], suspicions: [] });
  const later = [5, 6, 7].map((number) => day(number, { "public.t": 9_000 }));
  expect(judgeHistory(day(4, { "public.t": 100 }), later)).toEqual({ compared: 0, findings: [], suspicions: [] });
});

const count = fc.integer({ min: 0, max: 10_000_000 });
const names = fc.constantFrom("public.a", "public.b", 'public."C"', "auth.users");
const tables = fc.dictionary(names, count);

describe("whatever the figures are", () => {
  test("tables that never had more than the least that counts raise no alarm", () => {
    const small = fc.dictionary(names, fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(small, { maxLength: 9 }), small, (before, now) => {
        const history = before.map((one, index) => day(index + 1, one));
        expect(judgeHistory(day(before.length + 1, now), history).findings).toEqual([]);
      }),
    );
  });
  test("a database that only grows is never found to have lost", () => {
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 9 }), (counts) => {
        const sorted = [...counts].sort((a, b) => a - b);
        const history = sorted.slice(0, -1).map((rows, index) => day(index + 1, { "public.t": rows }));
        expect(judgeHistory(day(sorted.length, { "public.t": sorted.at(-1) ?? 0 }), history).findings).toEqual([]);
      }),
    );
  });
  test("a steady table that loses all but a hundredth is always found", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 10_000_000 }),
        fc.array(fc.double({ min: 1, max: 1.5, noNaN: true }), { minLength: 2, maxLength: 9 }),
        (usual, factors) => {
          const counts = factors.map((factor) => Math.round(usual * factor));
          expect(objects(week(counts, Math.floor(usual / 100)))).toContain("public.t rows");
        },
      ),
    );
  });
  test("the order in which records come does not matter, and only those that are older count", () => {
    fc.assert(
      fc.property(fc.array(tables, { maxLength: 12 }), tables, fc.integer({ min: 1, max: 12 }), (all, now, at) => {
        const history = all.map((one, index) => day(index + 1, one));
        const current = day(at, now, { id: "now", taken_at: new Date(Date.UTC(2026, 10, at, 3)).toISOString() });
        const older = history.filter(({ taken_at }) => taken_at < current.taken_at);
        expect(judgeHistory(current, [...history].reverse())).toEqual(judgeHistory(current, older.slice(-7)));
      }),
    );
  });
});
