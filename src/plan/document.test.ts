import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IthacaError } from "../base/errors.ts";
import { faults, refusal, top } from "./examples/refusals.ts";
import { parsePlan } from "./parse.ts";

describe("YAML that is none", () => {
  test.each<[string, string, string]>([
    ["nothing", "", "ithaca.yaml:1: the plan is empty; it needs at least version and databases"],
    ["comments only", "# a plan\n", "ithaca.yaml:1: the plan is empty"],
    [
      "a tab",
      "version: 1\ndatabases:\n\tshop: {}",
      "ithaca.yaml:3: a tab stands where spaces are due; indent with spaces",
    ],
    ["an open bracket", "version: 1\ndatabases: {shop: {}\n", "ithaca.yaml:3: is not valid YAML"],
    [
      "a bare star",
      top("schedule:", "  backup: * * * * *"),
      "ithaca.yaml:4: a value that begins with * or & must be in quotes",
    ],
    [
      "an alias of nothing",
      top("schedule:", "  backup: *nightly"),
      "ithaca.yaml:4: an alias (a value that begins with *) names no anchor",
    ],
    ["an alias of itself", "version: 1\ndatabases: &a\n  shop: *a", "ithaca.yaml:3: an alias"],
    [
      "a merge key",
      "version: 1\ndatabases:\n  shop: &a {}\n  more: {<<: *a, platform: postgres}",
      "ithaca.yaml:4: databases.more.<< takes over the keys of another map, which a plan cannot; write them out here",
    ],
    ["a tag", "version: !!js/function 1\ndatabases: {shop: {}}", "ithaca.yaml:1: a tag"],
    ["two documents", top("---", "a: 1"), "ithaca.yaml:3: a second document begins"],
    [
      "a key twice",
      top("retention: {daily: 7}", "retention: {daily: 9}"),
      "ithaca.yaml:4: retention is written a second time in the same map; keep one",
    ],
    ["maps for keys", "{".repeat(2000) + "}".repeat(2000), "ithaca.yaml:1: "],
    ["brackets without end", "[".repeat(50_000), "ithaca.yaml:1: is nested too deeply to be a plan"],
    [
      "a bomb of aliases",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi".replaceAll(/./g, (k, i) => `${k}: &${k} [${Array(9).fill(`*${"abcdefgh"[i]}`)}]\n`)}`,
      "ithaca.yaml:2: an alias",
    ],
  ])("%s", (_what, text, fault) => {
    expect(faults(text)[0]).toContain(fault);
    expect(refusal(text)).toMatchObject({ id: "plan.invalid", kind: "input", exitCode: 2 });
  });
});

test("whatever is written, it is a plan or an error with line numbers", () => {
  const piece = fc.constantFrom(
    "version: 1\n",
    "databases:\n",
    "  shop:\n",
    "    smoke: ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "*a",
    "&a ",
    "null",
    "\n",
    "\t",
    '"',
    "'",
    ": ",
    "? ",
    "!t ",
    "---\n",
    "x",
    "0 2 * * *",
    "<<",
    "__proto__: {}\n",
    "    scope: {exclude: [{}]}\n",
    "%YAML 9\n",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(piece).map((parts) => parts.join("")),
      ),
      (text) => {
        try {
          expect(parsePlan(text, "p.yaml").version).toBe(1);
        } catch (error) {
          if (!(error instanceof IthacaError)) throw error;
          for (const line of error.message.split("\n").slice(0, -1)) expect(line).toMatch(/^p\.yaml:\d+: ./);
        }
      },
    ),
    { numRuns: 400 },
  );
});
