import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import type { UseCaseContext } from "../../src/operations/context.ts";
import { action as disaster } from "../disaster/main.ts";
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
  expect(await readdir(scratch.path)).toEqual(["ithaca.yaml"]);
});
