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

/**
 * Errors that no test can provoke for the price of a test, each with the reason. The table above still renders them; whatever
 * is not listed here is seen by a test.
 */
const unprovoked: Readonly<Record<string, string>> = {
  "disaster.not_dated": "a rehearsal plants the attack that it then looks for; the search itself is tested apart",
  "disaster.not_lost":
    "the rehearsal drops its own production, and a server that drops nothing and says so was not found",
  "disaster.not_merged": "a rehearsal writes the rows that its merge then finds; the merge itself is tested apart",
  "disaster.not_recovered": "it ends a rehearsal whose every step is tested to fail on its own",
  "disaster.tests_failed": "a suite that fails is tested where it is judged; here it would cost a whole rehearsal",
  "full.not_created": "CREATE DATABASE fails so late only where a server's disk or rights change during the run",
  "supabase.api_changed_grants": "it guards against a version of @supabase/lite that is not installed",
  "supabase.api_not_started": "it guards against a version of @supabase/lite that is not installed",
  "supabase.branch_expired": "it would mean waiting until a branch is older than it may become",
  "table.incomplete_stage": "the digests of a backup find what is missing before it is staged",
  "table.not_as_written": "the server would have to write other rows than it was given",
};

test("every error is seen by a test, but for those of a short list with reasons", async () => {
  const root = new URL("../../", import.meta.url);
  const paths = await Promise.all(
    ["src/", "scripts/", "actions/", "test/"].map(async (folder) =>
      (await readdir(new URL(folder, root), { recursive: true })).map((path) => `${folder}${path}`),
    ),
  );
  const tests = await Promise.all(
    paths
      .flat()
      .filter((path) => path.endsWith(".test.ts") && !path.endsWith("error-reference.test.ts"))
      .map((path) => readFile(new URL(path, root), "utf8")),
  );
  const unseen = [...errors]
    .filter(([id, { says, example }]) => !isSeen(id, says(example).split(" "), tests))
    .map(([id]) => id);
  expect(unseen.filter((id) => !Object.hasOwn(unprovoked, id))).toEqual([]);
  expect(Object.keys(unprovoked).filter((id) => !errors.has(id))).toEqual([]);
});
