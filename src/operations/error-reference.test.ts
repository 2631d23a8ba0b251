import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import type { ErrorEntry } from "../base/errors.ts";
import { allErrors, errorReference } from "./error-reference.ts";

let errors: ReadonlyMap<string, ErrorEntry<unknown>>;
beforeAll(async () => {
  errors = await allErrors();
});

test("docs/errors.md is up to date; if not, run `npm run generate`", async () => {
  expect(await readFile(new URL("../../docs/errors.md", import.meta.url), "utf8")).toBe(await errorReference());
});

test("every error says in one sentence what is wrong, and what to do", () => {
  expect(errors.size).toBeGreaterThan(200);
  for (const [id, { says, mend, example }] of errors) {
    // A plan's faults are told all at once, a line for each.
    if (id === "plan.invalid") continue;
    const [what, fix] = [says(example), mend(example)];
    expect(`${what}; ${fix}.`, id).not.toMatch(/undefined|\[object|\n|\.\.$|; ;|;\.$/);
    expect(what, id).toMatch(/^\S/);
    expect(what, id).not.toMatch(/[.;]$/);
    expect(fix, id).toMatch(/^\S/);
    expect(fix, id).not.toMatch(/[.;]$/);
  }
});
