import { describe, expect, test } from "vitest";
import { faults, shop } from "./examples/refusals.ts";
import { parsePlan } from "./parse.ts";

describe("what contradicts itself or excuses too much", () => {
  const excuse = (rest: string) => shop("exceptions:", `  - {reason: known and harmless, owner: DBA, ${rest}}`);
  test.each<[string, string, string]>([
    [
      "a day that does not exist",
      excuse("check: a.b, expires: 2026-02-30"),
      'exceptions[0].expires is not a day of the calendar (it says "2026-02-30")',
    ],
    [
      "a month that does not exist",
      excuse("check: a.b, expires: 2026-13-01"),
      "exceptions[0].expires is not a day of the calendar",
    ],
    [
      "a date of another order",
      excuse("check: a.b, expires: 30.11.2026"),
      "exceptions[0].expires must be a date written as YYYY-MM-DD",
    ],
    ["no date", excuse("check: a.b"), "exceptions[0].expires is missing; add it: The last day on which it counts"],
    [
      "an excuse for everything",
      excuse("expires: 2026-12-31"),
      "exceptions[0] must have exactly one of check, restore_error; it has none",
    ],
    [
      "an excuse for two things",
      excuse("check: a.b, restore_error: too much, expires: 2026-12-31"),
      "exceptions[0] must have exactly one of check, restore_error; it has check and restore_error",
    ],
    [
      "an excuse for any message",
      excuse("restore_error: a, expires: 2026-12-31"),
      "exceptions[0].restore_error must quote at least 8 characters",
    ],
    [
      "an exclusion of nothing",
      shop("scope: {exclude: [{reason: it is not needed}]}"),
      "scope.exclude[0] must have exactly one of schema, table, rows, extension; it has none",
    ],
    [
      "an exclusion without a reason",
      shop("scope: {exclude: [{schema: realtime}]}"),
      "scope.exclude[0].reason is missing; add it: Why it need not come back",
    ],
    [
      "a reason that says nothing",
      shop("scope: {exclude: [{schema: realtime, reason: nah}]}"),
      "scope.exclude[0].reason must say it in at least 8 characters",
    ],
  ])("%s", (_what, text, fault) => {
    expect(faults(text)).toHaveLength(1);
    expect(faults(text)[0]).toContain(`databases.shop.${fault}`);
  });

  test.each([
    ["critical_tables: [public.a]", "table: public.a"],
    ['critical_tables: [\'"a""b".c\']', "schema: 'a\"b'"],
    ["rls_tables: [public.a]", "schema: public"],
    ["smoke: {table: public.a}", "rows: public.a"],
    ["freshness: [{table: public.a, column: c, within: 1d}]", "schema: public"],
    ["orphans: [{table: public.b, column: c, references: public.a}]", "rows: public.a"],
  ])("a table that is watched and left out: %s, %s", (watched, out) => {
    const found = faults(shop(watched, `scope: {exclude: [{${out}, reason: not needed here}]}`));
    expect(found.length).toBeGreaterThan(0);
    for (const fault of found)
      expect(fault).toContain("which databases.shop.scope.exclude[0] leaves out; remove one of the two");
  });
  test("row level security may be checked where only the rows are left out", () => {
    parsePlan(shop("rls_tables: [public.a]", "scope: {exclude: [{rows: public.a, reason: not needed here}]}"), "x");
  });
});
