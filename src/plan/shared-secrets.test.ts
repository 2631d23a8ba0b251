import { describe, expect, test } from "vitest";
import { faults, refusal } from "./examples/refusals.ts";
import { parsePlan } from "./parse.ts";

/** A plan with two databases; `a` stands in line 3, `b` in line 4. */
const two = (a: string, b: string) => ["version: 1", "databases:", `  a: ${a}`, `  b: ${b}`].join("\n");

const why = "one connection string leads to one database, so the other would never be backed up";
const mend = "give each database a variable of its own";

describe("two databases that one variable leads to", () => {
  test.each<[string, string, string, string]>([
    ["by name", "{url_secret: X}", "{url_secret: X}", "X"],
    ["by default", "{}", "{}", "ITHACA_DATABASE_URL"],
    ["by name and by default", "{url_secret: ITHACA_DATABASE_URL}", "{}", "ITHACA_DATABASE_URL"],
  ])("%s", (_what, a, b, variable) => {
    expect(faults(two(a, b))).toEqual([
      `ithaca.yaml:4: databases.b.url_secret is ${variable}, and so is databases.a.url_secret: ${why}; ${mend}`,
    ]);
    expect(refusal(two(a, b)).exitCode).toBe(2);
  });
  test("also where nothing is behind their names, and where they are three", () => {
    expect(faults("version: 1\ndatabases:\n  a:\n  b:\n  c: {url_secret: C}")).toHaveLength(1);
    expect(faults("version: 1\ndatabases:\n  a:\n  b:\n  c:")).toHaveLength(2);
  });
});

test("what the schema refuses is told once, and no name is guessed for it", () => {
  expect(faults(two("{url_secret: not a name}", "{url_secret: not a name}"))).toEqual([
    expect.stringContaining("3: databases.a.url_secret must be the NAME"),
    expect.stringContaining("4: databases.b.url_secret must be the NAME"),
  ]);
});

test("one of two databases may keep the default, and the variable that writes may be the same", () => {
  parsePlan(two("{}", "{url_secret: B_URL}"), "ithaca.yaml");
  parsePlan(two("{recovery: {url_secret: W}}", "{url_secret: B_URL, recovery: {url_secret: W}}"), "ithaca.yaml");
});
