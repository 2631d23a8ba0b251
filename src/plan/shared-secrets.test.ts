import { describe, expect, test } from "vitest";
import { faults, refusal } from "./examples/refusals.ts";
import { parsePlan } from "./parse.ts";

/** A plan with two databases; `a` stands in line 3, `b` in line 4. */
const two = (a: string, b: string) => ["version: 1", "databases:", `  a: ${a}`, `  b: ${b}`].join("\n");

const backup = "one connection string leads to one database, so the other would never be backed up";
const recovery = "one connection string leads to one database, so the other could not be recovered";
const mend = "give each database a variable of its own";

describe("two databases that one variable leads to", () => {
  const own = (name: string) => `recovery: {url_secret: ${name}_RECOVERY}`;
  test.each<[string, string, string, string]>([
    ["by name", `{url_secret: X, ${own("A")}}`, `{url_secret: X, ${own("B")}}`, "X"],
    ["by default", `{${own("A")}}`, `{${own("B")}}`, "ITHACA_DATABASE_URL"],
    [
      "by name and by default",
      `{url_secret: ITHACA_DATABASE_URL, ${own("A")}}`,
      `{${own("B")}}`,
      "ITHACA_DATABASE_URL",
    ],
  ])("%s", (_what, a, b, variable) => {
    expect(faults(two(a, b))).toEqual([
      `ithaca.yaml:4: databases.b.url_secret is ${variable}, and so is databases.a.url_secret: ${backup}; ${mend}`,
    ]);
    expect(refusal(two(a, b)).exitCode).toBe(2);
  });
  test.each<[string, string, string, string]>([
    ["by name", "{url_secret: A, recovery: {url_secret: X}}", "{url_secret: B, recovery: {url_secret: X}}", "X"],
    ["by default", "{url_secret: A}", "{url_secret: B}", "ITHACA_RECOVERY_URL"],
  ])("for recoveries, %s", (_what, a, b, variable) => {
    expect(faults(two(a, b))).toEqual([
      `ithaca.yaml:4: databases.b.recovery.url_secret is ${variable}, and so is databases.a.recovery.url_secret: ${recovery}; ${mend}`,
    ]);
  });
  test("also where nothing is behind their names, and where they are three", () => {
    expect(faults("version: 1\ndatabases:\n  a:\n  b:\n  c: {url_secret: C, recovery: {url_secret: D}}")).toHaveLength(
      2,
    );
    expect(faults("version: 1\ndatabases:\n  a:\n  b:\n  c:")).toHaveLength(4);
  });
});

test("what the schema refuses is told once, and no name is guessed for it", () => {
  expect(faults(two("{url_secret: not a name}", "{url_secret: not a name, recovery: {url_secret: B}}"))).toEqual([
    expect.stringContaining("3: databases.a.url_secret must be the NAME"),
    expect.stringContaining("4: databases.b.url_secret must be the NAME"),
  ]);
});

test("one of two databases may keep the defaults", () => {
  parsePlan(two("{}", "{url_secret: B_URL, recovery: {url_secret: B_RECOVERY_URL}}"), "ithaca.yaml");
});
