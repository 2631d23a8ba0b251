import { expect, test } from "vitest";
import { wholeScope } from "../../census/scope.ts";
import { type Census, censusFormat, type InventoryObject, type TableCensus } from "../../census/types.ts";
import { compareWithNearest, type Meanwhile, type NearestCensus } from "./nearest-census.ts";

const table = (rows: number, hash = `${rows}:${rows}`): TableCensus => ({ kind: "table", rows, hash, seconds: 0 });
const view = (definition: string): InventoryObject => ({
  kind: "view",
  name: "public.totals",
  attributes: { definition },
});
const counts = (inserted: number, deleted: number, files = "a") => ({ inserted, updated: 0, deleted, files });

const census = (tables: Census["tables"], parts: Partial<Census> = {}): Census => ({
  format: censusFormat,
  taken_at: "2026-11-22T02:00:00Z",
  server_version_num: 150000,
  tables,
  sequences: {},
  large_objects: null,
  inventory: [view("one")],
  samples: [],
  freshness: [],
  not_covered: [],
  ...parts,
});
const writes = (quiet: ReturnType<typeof counts>, busy: ReturnType<typeof counts>, origin = "a server") => ({
  origin,
  tables: { "public.quiet": quiet, "public.busy": busy },
});
const nearest: NearestCensus = {
  id: "the night's",
  takenAt: "2026-11-22T02:00:00Z",
  census: census(
    { "public.quiet": table(3), "public.busy": table(10) },
    { writes: writes(counts(3, 0), counts(10, 0)) },
  ),
  scope: wholeScope,
};
const since: Meanwhile = {
  backup: "the night's",
  writes: writes(counts(3, 0), counts(14, 2)),
  changed: [],
};

test.each<[string, Census["tables"], Partial<Meanwhile>, string[], RegExp | null]>([
  ["nothing differs", nearest.census.tables, {}, [], null],
  [
    "what was written differs by no more than was written",
    { "public.quiet": table(3), "public.busy": table(15) },
    {},
    [],
    /Content of public.busy/,
  ],
  [
    "more rows came than were written",
    { "public.quiet": table(3), "public.busy": table(17) },
    {},
    ["point.nearest_census"],
    null,
  ],
  [
    "one row of what nobody wrote is other",
    { "public.quiet": table(3, "9:9"), "public.busy": table(10) },
    {},
    ["point.nearest_census"],
    null,
  ],
  [
    "a table is missing that production had to the end",
    { "public.busy": table(10) },
    {},
    ["point.nearest_census"],
    null,
  ],
  [
    "a table is missing that production had no more",
    { "public.quiet": table(3) },
    { writes: { origin: "a server", tables: { "public.quiet": counts(3, 0) } } },
    [],
    /Rows of public.busy/,
  ],
  [
    "a table was emptied at once after the point",
    { "public.quiet": table(3), "public.busy": table(99) },
    { writes: writes(counts(3, 0), counts(14, 2, "b")) },
    [],
    /Content of public.busy/,
  ],
  [
    "the server was restarted since",
    { "public.quiet": table(4), "public.busy": table(10) },
    { writes: writes(counts(0, 0), counts(0, 0), "another") },
    [],
    /Content of public.quiet/,
  ],
])("rows: %s", (_, tables, meanwhile, failed, open) => {
  const { checks, not_covered } = compareWithNearest(nearest, { ...since, ...meanwhile }, census(tables));
  expect(checks.filter(({ status }) => status !== "passed").map(({ id }) => id)).toEqual(failed);
  if (open === null) expect(not_covered).toEqual([]);
  else expect(not_covered.map(({ what }) => what).join()).toMatch(open);
});

test("definitions: what nobody has changed since must be the backup's, the others may be either", () => {
  const found = census(nearest.census.tables, { inventory: [view("two")] });
  const failed = compareWithNearest(nearest, since, found);
  expect(failed.checks.find(({ id }) => id === "point.definitions")).toMatchObject({
    status: "failed",
    reason: "view public.totals",
  });
  const changed = compareWithNearest(nearest, { ...since, changed: ["view public.totals"] }, found);
  expect(changed.checks.every(({ status }) => status === "passed")).toBe(true);
  expect(changed.not_covered).toEqual([
    { what: "Definitions: view public.totals", why: expect.stringContaining("nobody knows when") },
  ]);
});
