import { expect, test } from "vitest";
import { check } from "../../src/report/examples/parts.ts";
import { checkLines } from "./proof-text.ts";

const stopped = (id: string, reason: string) => check(id, `Question ${id}`, { status: "not_run", reason });

test("a run that ended early says once what that kept it from, and every other reason by itself", () => {
  const lines = checkLines([
    check("a", "First", { actual: "12 rows" }),
    stopped("b", "the run ended in fetch"),
    stopped("c", "this role may not read public.t"),
    stopped("d", "the run ended in fetch"),
    stopped("e", "the run ended in fetch"),
  ]);
  expect(lines.map((line) => line.replace(/^\W+/, ""))).toEqual([
    "First: 12 rows",
    "3 checks could not be run: the run ended in fetch",
    "Question c: this role may not read public.t",
  ]);
});

test("of a failed check the first findings are shown, and how many more there are", () => {
  const findings = Array.from({ length: 7 }, (_, n) => ({
    object: `t${n}`,
    attribute: "rows",
    expected: "1",
    actual: "0",
  }));
  const lines = checkLines([check("a", "Rows", { status: "failed", actual: "7 differences", findings })]);
  expect(lines).toHaveLength(1 + 5 + 1);
  expect(lines.at(-1)).toContain("and 2 more in the report");
});
