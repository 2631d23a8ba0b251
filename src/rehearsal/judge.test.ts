import { describe, expect, test } from "vitest";
import { type Ending, type Excuse, judge, testsOf } from "./judge.ts";
import type { RehearsedTest } from "./types.ts";

const passed: RehearsedTest = { name: "Sign-in > works", status: "passed", seconds: 1, error: null };
const failed: RehearsedTest = { name: "Sign-in > fails", status: "failed", seconds: 1, error: "AssertionError" };
const skipped: RehearsedTest = { name: "Sign-in > later", status: "skipped", seconds: 0, error: null };
const ending = (parts: Partial<Ending>): Ending => ({
  what: "e2e",
  exitCode: 0,
  seconds: 3,
  tests: [passed],
  ...parts,
});
const whole = (parts: Partial<Ending>) => testsOf(ending(parts)).filter(({ name }) => name.endsWith("as a whole"));
const excuse = (test: string, expires = "2026-12-31"): Excuse => ({
  test,
  reason: "known to be slow",
  owner: "Ops",
  expires,
});
const today = new Date("2026-11-22T10:00:00Z");

describe("the run as a whole", () => {
  test("is no test of its own where it ended as its tests say", () => {
    expect(whole({})).toEqual([]);
    expect(whole({ exitCode: 1, tests: [failed] })).toEqual([]);
  });

  test.each([
    [{ exitCode: 124 }, "timed out"],
    [{ tests: null }, "left no readable results"],
    [{ tests: null, exitCode: 2 }, "ended with 2 and left no results"],
    [{ tests: [] }, "ran no test"],
    [{ exitCode: 137 }, "ended by signal 9"],
    [{ exitCode: 1 }, "ended with 1"],
    [{ exitCode: 139, tests: [failed] }, "ended by signal 11"],
  ])("%j has failed: %s", (parts, error) => {
    expect(whole(parts)).toEqual([{ name: "e2e > the run as a whole", status: "failed", seconds: 3, error }]);
  });
});

describe("excuses", () => {
  test("without them everything counts", () => {
    expect(judge([passed, failed, skipped], [], today)).toMatchObject({ passed: 1, failed: 1, skipped: 1 });
  });

  test("take a failed and a skipped test out of the count, and say who answers for it", () => {
    const judged = judge([passed, failed, skipped], [excuse(failed.name), excuse(skipped.name)], today);
    expect(judged).toMatchObject({ passed: 1, failed: 0, skipped: 0 });
    expect(judged.tests[1]).toMatchObject({
      status: "excused",
      error: "failed; excused until 2026-12-31 by Ops: known to be slow",
    });
  });

  test("count until their last day, and no longer", () => {
    expect(judge([failed], [excuse(failed.name, "2026-11-22")], today).failed).toBe(0);
    expect(judge([failed], [excuse(failed.name, "2026-11-21")], today).failed).toBe(1);
  });

  test("are for the test of that name only", () => {
    expect(judge([failed], [excuse("Sign-in")], today).failed).toBe(1);
  });
});
