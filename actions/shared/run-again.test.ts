import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixedClock, systemClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { listAudit } from "../../src/operations/audit.ts";
import type { UseCaseContext } from "../../src/operations/context.ts";
import { action as disaster } from "../disaster/main.ts";
import { action as planMatrix } from "../plan-matrix/main.ts";
import { action as recover } from "../recover/main.ts";
import { readInputs, variableOf } from "./inputs.ts";

const typed = { execute: "true", confirm: "shop" };
const given = {
  recover: { ...typed, what: "full", into: "side-by-side" },
  disaster: { ...typed, scenario: "deleted" },
};

test.each([
  ["recover", (context: UseCaseContext) => recover.run(context, readInputs(recover.inputs, context.environment))],
  ["disaster", (context: UseCaseContext) => disaster.run(context, readInputs(disaster.inputs, context.environment))],
] as const)("%s: a run that is started again begins nothing, for nobody has typed the name for it", async (name, start) => {
  await using scratch = await scratchDirectory("again");
  await writeFile(join(scratch.path, "ithaca.yaml"), "version: 1\ndatabases: { shop: {} }\n");
  const environment = {
    ...Object.fromEntries(Object.entries(given[name]).map(([input, value]) => [variableOf(input), value])),
    ITHACA_RECOVERY_URL: "postgres://writer@127.0.0.1:9/shop",
    RESTIC_REPOSITORY: join(scratch.path, "vault"),
    RESTIC_PASSWORD: "canary-vault-password",
    GITHUB_RUN_ID: "8812",
    GITHUB_RUN_ATTEMPT: "2",
  };
  const signal = new AbortController().signal;
  const context = { environment, clock: systemClock, progress: silentProgress, signal, workingDirectory: scratch.path };
  await expect(start(context)).rejects.toMatchObject({ id: "recovery.run_again", kind: "input" });
  expect(await readdir(scratch.path)).toEqual(["ithaca.yaml", "reports"]);
  expect(await readdir(join(scratch.path, "reports"))).toEqual(["audit"]);
  const { operations } = await listAudit(context, { plan: "ithaca.yaml" });
  expect(operations).toMatchObject([{ operation_type: "recovery", status: "refused" }]);
});

test("a monthly rehearsal that is started again a week later is no run that has nothing to do: that would be green", async () => {
  await using scratch = await scratchDirectory("again");
  await writeFile(join(scratch.path, "ithaca.yaml"), "version: 1\ndatabases: { shop: {} }\n");
  const due = async (attempt: string) => {
    const environment = {
      ITHACA_INPUT_MONTHLY: "true",
      GITHUB_EVENT_NAME: "schedule",
      GITHUB_RUN_ATTEMPT: attempt,
    };
    const clock = fixedClock("2026-12-07T09:00:00Z");
    const signal = new AbortController().signal;
    const context = { environment, clock, progress: silentProgress, signal, workingDirectory: scratch.path };
    return (await planMatrix.run(context, readInputs(planMatrix.inputs, environment))).outputs.due;
  };
  expect([await due("1"), await due("2")]).toEqual(["false", "true"]);
});
