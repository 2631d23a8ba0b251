import { expect, test } from "vitest";
import { plannedChecks } from "../../proof/all-checks.ts";
import { controls } from "../controls.ts";
import { check, failed, files, green, inconclusive } from "../examples/reports.ts";
import { controlMap } from "./controls.ts";

const line = (report: Parameters<typeof controlMap>[0], clause: string) =>
  controlMap(report).find((text) => text.includes(clause)) ?? "";

test("every check of a proof answers a requirement, and every requirement is answered by a check that there is", () => {
  // What says nothing about the database: whether the plan's excuses are in force.
  const besides = ["plan.exceptions"];
  const ids = plannedChecks([]).map(({ id }) => id);
  const answers = (id: string) => controls.filter(({ checks }) => checks.some((beginning) => id.startsWith(beginning)));
  expect(ids.filter((id) => answers(id).length === 0 && !besides.includes(id))).toEqual([]);
  for (const { clause, checks } of controls) {
    expect(
      ids.some((id) => checks.some((beginning) => id.startsWith(beginning))),
      clause,
    ).toBe(true);
  }
});

test("a requirement is never green where a check failed, was not run, or is not there", () => {
  expect(line({ ...green(), report: files }, "art. 12 (7)")).toMatch(/✅ 6 of 6 passed/);
  expect(line({ ...failed(), report: files }, "art. 12 (7)")).toMatch(/❌ \d of 6 failed/);
  expect(line({ ...inconclusive(), report: files }, "art. 12 (7)")).toMatch(/⚠️ 6 of 6 not run/);
  const alone = green({ checks: [check("plan.freshness", "Alive")] });
  expect(line({ ...alone, report: files }, "art. 12 (6)")).toMatch(/⚠️ no such check/);
  expect(controlMap({ ...green({ damaged: true }), report: files }).join()).toContain(
    "evidence that the checks notice",
  );
});
