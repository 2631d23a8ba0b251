import { readdir, readFile } from "node:fs/promises";
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

/** Whether a test looks for an error: by its id, by the end of its id where it names the room apart, or by its words. */
function isSeen(id: string, words: readonly string[], tests: readonly string[]): boolean {
  const [room = "", key = ""] = id.split(".");
  const phrases = words.flatMap((_, at) => (at + 4 <= words.length ? [words.slice(at, at + 4).join(" ")] : []));
  return tests.some(
    (test) =>
      test.includes(id) ||
      (test.includes(`${room}.$`) && new RegExp(`\\b${key}\\b`).test(test)) ||
      phrases.some((phrase) => test.includes(phrase)),
  );
}

test("of ten errors at least eight are seen by a test", async () => {
  const root = new URL("../../", import.meta.url);
  const paths = await Promise.all(
    ["src/", "scripts/", "actions/", "test/"].map(async (folder) =>
      (await readdir(new URL(folder, root), { recursive: true })).map((path) => `${folder}${path}`),
    ),
  );
  const tests = await Promise.all(
    paths
      .flat()
      .filter((path) => path.endsWith(".test.ts"))
      .map((path) => readFile(new URL(path, root), "utf8")),
  );
  const unseen = [...errors]
    .filter(([id, { says, example }]) => !isSeen(id, says(example).split(" "), tests))
    .map(([id]) => id);
  expect(unseen.length / errors.size, unseen.join(", ")).toBeLessThan(0.2);
});
