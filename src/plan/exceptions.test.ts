import { describe, expect, test } from "vitest";
import {
  describeException,
  excuseForFinding,
  excuseForRestoreError,
  reviewExceptions,
  stillCounts,
} from "./exceptions.ts";
import type { Exception } from "./schema.ts";

const why = { reason: "known and harmless", owner: "DBA", expires: "2026-11-30" };
const byCheck: Exception = { check: "plan.orphans", ...why };
const byObject: Exception = { check: "definitions.equality", object: "public.children", ...why };
const byError: Exception = { restore_error: "pg_graphql", ...why };
const errorOnObject: Exception = { restore_error: "does not exist", object: "EXTENSION pg_net", ...why };
const noon = (day: string) => new Date(`${day}T12:00:00Z`);

test("an excuse counts until the end of its last day, in UTC", () => {
  expect(stillCounts(why, new Date("2026-11-30T23:59:59.999Z"))).toBe(true);
  expect(stillCounts(why, new Date("2026-12-01T00:00:00.000Z"))).toBe(false);
  expect(stillCounts(why, new Date("2026-11-30T23:30:00-02:00"))).toBe(false);
});

describe("a finding", () => {
  const all = [byCheck, byObject, byError];
  const excuse = (check: string, object: string, day = "2026-11-22") =>
    excuseForFinding(all, { check, object }, noon(day));
  test("is excused by its check, whatever the object", () => expect(excuse("plan.orphans", "anything")).toBe(byCheck));
  test("is excused by check and object, and by both only", () => {
    expect(excuse("definitions.equality", "public.children")).toBe(byObject);
    expect(excuse("definitions.equality", "public.children_archive")).toBeNull();
    expect(excuse("data.equality", "public.children")).toBeNull();
  });
  test("is not excused a day too late", () => expect(excuse("plan.orphans", "anything", "2026-12-01")).toBeNull());
  test("is not excused by an expired exception while a valid one stands behind it", () => {
    const renewed = { ...byCheck, expires: "2027-01-31" };
    expect(excuseForFinding([byCheck, renewed], { check: "plan.orphans", object: "x" }, noon("2026-12-24"))).toBe(
      renewed,
    );
  });
});

describe("a restore error", () => {
  const all = [byCheck, byError, errorOnObject];
  const excuse = (message: string, object = "", day = "2026-11-22") =>
    excuseForRestoreError(all, { message, object }, noon(day));
  test("is excused by a part of its message", () =>
    expect(excuse('extension "pg_graphql" is not available')).toBe(byError));
  test("is excused on the named object only", () => {
    expect(excuse("role does not exist", "EXTENSION pg_net")).toBe(errorOnObject);
    expect(excuse("role does not exist", "TABLE public.a")).toBeNull();
  });
  test("is not excused by another message or a day too late", () => {
    expect(excuse("pg_net is missing")).toBeNull();
    expect(excuse('extension "pg_graphql"', "", "2026-12-01")).toBeNull();
  });
});

test("expired and unused exceptions are found out", () => {
  const expired = { ...byCheck, expires: "2026-01-01" };
  const found = {
    findings: [{ check: "plan.orphans", object: "public.children" }],
    restoreErrors: [{ message: 'extension "pg_graphql" is not available', object: "" }],
  };
  expect(reviewExceptions([expired, byCheck, byObject, byError, errorOnObject], found, noon("2026-11-22"))).toEqual({
    expired: [expired],
    unused: [byObject, errorOnObject],
  });
});

test("an exception is named by what it excuses", () => {
  expect([byCheck, byObject, byError, errorOnObject].map(describeException)).toEqual([
    "plan.orphans",
    "definitions.equality on public.children",
    'restore error "pg_graphql"',
    'restore error "does not exist" on EXTENSION pg_net',
  ]);
});
