import { expect, test } from "vitest";
import { newIncident } from "../../test/support/recovery.ts";
import { grownWorse, isPlanOf } from "./shown.ts";
import type { Incident, Preview, RecoveryMethod, TableLoss } from "./types.ts";

const loss = (table: string, rows_now: number | null, rows_then: number | null, more: Partial<TableLoss> = {}) => ({
  table,
  rows_now,
  rows_then,
  younger: null,
  ...more,
});
const point = (id: string) => ({ backup: { id, taken_at: "", digest: id }, at: "2026-11-22T02:00:00.000Z" });
const method = { kind: "full", mode: "in-place", request: {} } as const;
/** A plan of noon, ten hours after its backup. */
const shown: Incident = {
  ...newIncident(method, "2026-11-22-lost"),
  updated_at: "2026-11-22T12:00:00.000Z",
  restore_point: point("nightly"),
  preview: {
    losses: [
      loss("public.orders", 52_000, 50_000, { younger: 20_000 }),
      loss("public.empty", 0, null),
      loss("public.gone", null, 10),
      loss("public.uncounted", null, null),
    ],
  } as unknown as Preview,
};
const later = (losses: TableLoss[], at = "2026-11-22T12:30:00.000Z", backup = "nightly") =>
  grownWorse(shown, { restorePoint: point(backup), losses, at: new Date(at) });

test.each<[string, string[], string[]]>([
  ["what was shown", later([...(shown.preview?.losses ?? [])]), []],
  [
    "an hour of a living application, busier than before",
    later([loss("public.orders", 57_500, 50_000, { younger: 25_500 })], "2026-11-22T13:00:00.000Z"),
    [],
  ],
  ["a few rows of a table that lost none", later([loss("public.children", 900, 10)]), []],
  ["a new table without rows", later([loss("public.fresh", 0, null)]), []],
  ["a table that came back", later([loss("public.gone", 10, 10)]), []],
  ["a new table with rows", later([loss("public.fresh", 3, null)]), ["public.fresh has come"]],
  ["one that nobody may count", later([loss("public.fresh", null, null)]), ["gone with its uncounted rows"]],
  ["one that could not be counted then either", later([loss("public.uncounted", null, null)]), []],
  ["one that has rows by now", later([loss("public.uncounted", 3, null)]), ["gone with its 3 rows"]],
  [
    "an import",
    later([loss("public.orders", 152_000, 50_000, { younger: 120_000 })]),
    ["public.orders has grown: 120000 rows would be gone, and it showed 20000"],
  ],
  ["rows in a table that was empty", later([loss("public.empty", 4000, null)]), ["it showed 0"]],
  ["rows that are replaced", later([loss("public.t", 9, 9, { gone: 2000 })]), ["2000 rows would be gone"]],
  ["another backup", later([], undefined, "tonight's"), ["it was nightly, and is tonight's now"]],
])("since a plan was shown: %s", (_, found, wanted) => {
  expect(found).toEqual(wanted.map((part) => expect.stringContaining(part)));
});

const made = (parts: Partial<Pick<RecoveryMethod, "kind" | "mode" | "request">>) =>
  [{ ...shown, ...parts }, { ...method, ...parts } as RecoveryMethod] as const;
const ofTable = { kind: "table", mode: "replace", request: { table: "public.a" } } as const;

test("a plan binds only what it was made for, and nothing that leaves production alone", () => {
  expect([{}, ofTable].map((parts) => isPlanOf(...made(parts)))).toEqual([true, true]);
  expect([{ mode: "new" }, { kind: "point-in-time" as const }].map((parts) => isPlanOf(...made(parts)))).toEqual([
    false,
    false,
  ]);
  expect(isPlanOf(shown, made({ mode: "side-by-side" })[1])).toBe(false);
  expect(isPlanOf(made(ofTable)[0], made({ ...ofTable, request: { table: "public.b" } })[1])).toBe(false);
});
