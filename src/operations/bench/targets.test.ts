import { expect, test } from "vitest";
import { judgeTargets } from "./targets.ts";
import type { BenchRun, Round } from "./types.ts";

const own = {
  backup: 2,
  snapshot: 1.5,
  save: 1,
  fetch: 1,
  digests: 0,
  prepare: 1,
  restore: 2,
  census: 0.5,
  checks: 0.5,
  wall: 9,
  memory: 150 * 1024 * 1024,
  disk: 90,
  notPassed: [],
  steps: {},
  checkSeconds: {},
};

function round(more: Partial<Round> = {}): Round {
  return { own, light: 1.1, bareDump: 1, documented: 10, defaults: 6, floor: 4, vaultFloor: 2, ...more };
}

function run(more: Partial<BenchRun> = {}): BenchRun {
  return { data: "shop", size: 1, databaseBytes: 100, manyTables: true, rounds: [round()], remarks: [], ...more };
}

const rowOf = (runs: readonly BenchRun[], name: string) =>
  judgeTargets(runs, "nobody changed a row").find((row) => row.name === `shop 1x: ${name}`);

test("each promise is a row with its ratio, kept or not", () => {
  expect(rowOf([run()], "core / floor (c)")).toMatchObject({ measured: "1.25", pass: true });
  expect(rowOf([run({ rounds: [round({ floor: 2 })] })], "core / floor (c)")).toMatchObject({
    measured: "2.50",
    pass: false,
  });
  expect(rowOf([run()], "comparing / restore")).toMatchObject({ measured: "0.50", pass: true });
  expect(rowOf([run()], "Node's peak memory")).toMatchObject({ measured: "150 MB", pass: true });
});

test("the median of the ratios of each round counts, not the ratio of medians", () => {
  const rounds = [round({ floor: 1 }), round({ floor: 5 }), round({ floor: 10 })];
  expect(rowOf([run({ rounds })], "core / floor (c)")?.measured).toBe("1.00");
});

test("what nobody could measure is no pass, and says why", () => {
  const rounds = [round({ documented: null, bareDump: null, floor: null, vaultFloor: null })];
  const remarks = [
    { way: "bare pg_dump", why: "permission denied for large object" },
    { way: "documented way", why: "age is not on this machine" },
  ] as const;
  const row = rowOf([run({ rounds, remarks })], "core / documented way (a)");
  expect(row).toMatchObject({ pass: null, measured: "not measured: documented way: age is not on this machine" });
  expect(rowOf([run({ rounds, remarks })], "core / floor (c)")).toMatchObject({
    pass: null,
    measured: "not measured: bare pg_dump: permission denied for large object",
  });
});

test("a second backup that nobody took is no pass, and says why", () => {
  const rows = judgeTargets([run()], "nobody changed a row").filter(({ name }) => name.startsWith("second backup"));
  expect(rows.map(({ pass, measured }) => ({ pass, measured }))).toEqual([
    { pass: null, measured: "not measured: nobody changed a row" },
    { pass: null, measured: "not measured: nobody changed a row" },
  ]);
});

test("a pass over the data in which a check did not pass is told", () => {
  const rounds = [round({ own: { ...own, notPassed: ["data.equality"] } })];
  expect(rowOf([run({ rounds })], "checks of the copy")).toMatchObject({ measured: "data.equality", pass: false });
});

test("larger data may take a sixteenth more than so many times as long", () => {
  const slow = run({ size: 4, rounds: [round({ own: { ...own, restore: 20 } })] });
  const rows = judgeTargets([run(), slow], "nobody changed a row");
  expect(rows.find(({ name }) => name === "shop: core at 4x / core at 1x")).toMatchObject({
    measured: "4.60",
    pass: false,
  });
});
