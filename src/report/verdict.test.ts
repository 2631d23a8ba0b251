import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "./examples/reports.ts";
import { decideVerdict, type VerdictParts, verdictReasons } from "./verdict.ts";

const passed = check("data.equality", "Rows");
const broken = check("data.equality", "Rows", { status: "failed" });
const unrun = check("data.equality", "Rows", { status: "not_run" });
const sound: VerdictParts = { checks: [passed], restore_errors: [], sabotage: null, rehearsal: null };
const decide = (changes: Partial<VerdictParts>) => decideVerdict({ ...sound, ...changes });
const error = (allowed_by: string | null) => ({ message: "m", object: "o", allowed_by });
const rehearsal = (passed: number, failed: number, skipped = 0) => ({ passed, failed, skipped, tests: [] });

describe("the verdict", () => {
  test("is proven when every check passed", () => {
    expect(decide({})).toBe("proven");
    expect(decide({ rehearsal: rehearsal(3, 0), sabotage: { tried: 12, caught: 12, missed: [] } })).toBe("proven");
  });
  test("is failed when a check failed", () => {
    expect(decide({ checks: [passed, broken] })).toBe("failed");
  });
  test("is failed by a restore error that nothing allows, and only by that", () => {
    expect(decide({ restore_errors: [error(null)] })).toBe("failed");
    expect(decide({ restore_errors: [error("a reason")] })).toBe("proven");
  });
  test("is failed when the app's tests failed on the copy", () => {
    expect(decide({ rehearsal: rehearsal(9, 1) })).toBe("failed");
  });
  test("is failed when a test of the app was skipped and nothing excuses it", () => {
    expect(decide({ rehearsal: rehearsal(9, 0, 1) })).toBe("failed");
  });
  test("is inconclusive when a check did not run", () => {
    expect(decide({ checks: [passed, unrun] })).toBe("inconclusive");
  });
  test("is inconclusive without any check", () => {
    expect(decide({ checks: [] })).toBe("inconclusive");
  });
  test("is inconclusive when no test of a rehearsal passed", () => {
    expect(decide({ rehearsal: rehearsal(0, 0) })).toBe("inconclusive");
  });
  test("is inconclusive when sabotage was missed, or nothing was tried", () => {
    expect(decide({ sabotage: { tried: 12, caught: 11, missed: ["drop policy"] } })).toBe("inconclusive");
    expect(decide({ sabotage: { tried: 12, caught: 11, missed: [] } })).toBe("inconclusive");
    expect(decide({ sabotage: { tried: 0, caught: 0, missed: [] } })).toBe("inconclusive");
  });
  test("is never proven on a copy that was damaged on purpose", () => {
    expect(decide({ damaged: true })).toBe("inconclusive");
    expect(decide({ damaged: true, checks: [broken] })).toBe("failed");
  });
  test("prefers failed to inconclusive, and inconclusive to proven, in any order", () => {
    const statuses = fc.array(fc.constantFrom("passed" as const, "failed" as const, "not_run" as const), {
      minLength: 1,
    });
    fc.assert(
      fc.property(statuses, (all) => {
        const verdict = decide({ checks: all.map((status) => ({ ...passed, status })) });
        const expected = all.includes("failed") ? "failed" : all.includes("not_run") ? "inconclusive" : "proven";
        expect(verdict).toBe(expected);
      }),
    );
  });
  test("has a reason exactly when it is not proven", () => {
    expect(verdictReasons(sound)).toEqual([]);
    expect(verdictReasons({ ...sound, checks: [broken, unrun, unrun] }).map(({ why }) => why)).toEqual([
      "one check failed",
      "2 checks could not be run",
    ]);
  });
});
