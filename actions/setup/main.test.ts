import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { fill, isLetThrough } from "../../test/support/workflow-runner/expressions.ts";
import { compositeSchema } from "../../test/support/workflow-runner/files.ts";
import { readInputs } from "../shared/inputs.ts";
import { action } from "./main.ts";

let github: GitHubStandIn;
beforeAll(async () => {
  github = await githubStandIn();
});
afterAll(() => github[Symbol.asyncDispose]());

const well = { success: true, failure: false, cancelled: false };
const { runs } = compositeSchema.parse(parse(await readFile(new URL("action.yml", import.meta.url), "utf8")));
const checkout = runs.steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));

test.each<[string, { branch?: string; newest?: boolean; away?: boolean }, "nothing" | "tried" | "needed"]>([
  ["reports beside the code", {}, "nothing"],
  ["reports beside the code, as they are by now", { newest: true }, "tried"],
  ["a branch of their own, for a job that goes on without", { branch: "main" }, "tried"],
  ["a branch of their own, for a job that judges by them", { branch: "main", newest: true }, "needed"],
  ["a branch that is not there before the first report", { branch: "none-yet", newest: true }, "nothing"],
  ["a branch that nobody can tell of", { branch: "none-yet", newest: true, away: true }, "needed"],
])("%s: what was published is brought", async (_what, { branch, newest = false, away = false }, expected) => {
  await using scratch = await scratchDirectory("setup");
  github.rules.splice(0, 1, () => (away ? { status: 502 } : undefined));
  const plan = `version: 1\ndatabases: {shop: {}}\n${branch === undefined ? "" : `reports: {branch: ${branch}}\n`}`;
  await writeFile(join(scratch.path, "ithaca.yaml"), plan);
  const environment = {
    ITHACA_INPUT_NEWEST_REPORTS: String(newest),
    GITHUB_TOKEN: github.token,
    GITHUB_REPOSITORY: github.repository,
    GITHUB_API_URL: github.url,
    GITHUB_REF_NAME: "main",
  };
  const signal = new AbortController().signal;
  const context = { environment, clock: systemClock, progress: silentProgress, signal, workingDirectory: scratch.path };
  const { outputs } = await action.run(context, readInputs(action.inputs, environment));
  const contexts = { steps: { run: { outputs } } };
  const tried = isLetThrough(checkout?.if, contexts, well);
  const forgiven = fill(String(checkout?.["continue-on-error"]), contexts, well) === "true";
  expect(tried ? (forgiven ? "tried" : "needed") : "nothing").toBe(expected);
});
