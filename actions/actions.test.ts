import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { scratchDirectory } from "../src/base/scratch.ts";
import { readPairs } from "../test/support/workflow-runner/commands.ts";
import { compositeSchema } from "../test/support/workflow-runner/files.ts";
import { actionScript } from "../test/support/workflow-runner/warm.ts";
import { actionFolders, actionReadmes } from "./shared/generated.ts";
import { readInputs, variableOf } from "./shared/inputs.ts";
import type { Action } from "./shared/run-action.ts";

const root = new URL("../", import.meta.url);
const folders = await actionFolders(root);

async function definition(folder: string) {
  return compositeSchema.parse(parse(await readFile(new URL(`actions/${folder}/action.yml`, root), "utf8")));
}

describe.each(folders)("%s", (folder) => {
  test("maps each of its inputs to the variable that main.ts reads, and nothing else", async () => {
    const { inputs, outputs, runs } = await definition(folder);
    const { action }: { action: Action<Record<string, never>> } = await import(`./${folder}/main.ts`);
    const step = runs.steps.find(({ id }) => id === "run");
    const mapped = Object.fromEntries(
      Object.keys(inputs).map((name) => [
        name === "token" ? "GITHUB_TOKEN" : variableOf(name),
        `\${{ inputs.${name} }}`,
      ]),
    );
    expect(step?.env).toEqual(mapped);
    expect(Object.keys(action.inputs).sort()).toEqual(
      Object.keys(inputs)
        .filter((name) => name !== "token")
        .sort(),
    );
    for (const [name, { value }] of Object.entries(outputs)) expect(value).toBe(`\${{ steps.run.outputs.${name} }}`);
    // The defaults that action.yml promises are the ones that main.ts has.
    const given = Object.entries(inputs).filter(([name, { required }]) => name !== "token" && !required);
    const required = Object.entries(inputs).filter(([, input]) => input.required);
    const example = (name: string) => (name === "operation" ? "backup" : "shop");
    const needed = Object.fromEntries(required.map(([name]) => [variableOf(name), example(name)]));
    const defaults = Object.fromEntries(given.map(([name, input]) => [variableOf(name), input.default ?? ""]));
    expect(readInputs(action.inputs, { ...defaults, ...needed })).toEqual(readInputs(action.inputs, needed));
  });

  test("installs itself from its own path before it runs", async () => {
    const [find, cache, install] = (await definition(folder)).runs.steps;
    const [first] = (await definition("prove")).runs.steps;
    expect(find).toEqual(first);
    expect(cache).toMatchObject({ if: "steps.ithaca.outputs.installed != 'true'" });
    expect(cache?.uses).toMatch(/^actions\/cache@[0-9a-f]{40}$/);
    expect(install?.run).toBe('bash "$GITHUB_ACTION_PATH/../shared/install.sh"');
  });

  test("is started as every action is", async () => {
    // The tests of the workflows go by it, too: whatever is not started so, they start in a process of its own.
    const step = (await definition(folder)).runs.steps.find(({ id }) => id === "run");
    expect(step?.run).toBe(actionScript);
  });
});

test("the READMEs are up to date; if not, run `npm run generate`", async () => {
  for (const [path, text] of await actionReadmes(root)) {
    expect(await readFile(new URL(path, root), "utf8"), path).toBe(text);
  }
});

/** Runs the last step of an action as a runner does: in a workspace that is not Ithaca's, with the mapped variables only. */
async function runFromAfar(folder: string, workspace: string, inputs: Readonly<Record<string, string>>) {
  const { runs } = await definition(folder);
  const step = runs.steps.find(({ id }) => id === "run");
  const env = Object.keys(step?.env ?? {}).map((name) => [name, inputs[name] ?? ""]);
  const [output, summary] = [join(workspace, "output"), join(workspace, "summary")];
  await Promise.all([writeFile(output, ""), writeFile(summary, "")]);
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-eo", "pipefail", "-c", step?.run ?? ""],
    {
      cwd: workspace,
      encoding: "utf8",
      env: {
        PATH: "/usr/local/bin:/usr/bin:/bin",
        HOME: workspace,
        GITHUB_ACTION_PATH: fileURLToPath(new URL(`actions/${folder}`, root)),
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_EVENT_NAME: "workflow_dispatch",
        INPUT_PLAN: "must-not-be-read.yaml",
        ...Object.fromEntries(env),
      },
    },
  );
  return {
    status,
    log: stdout + stderr,
    outputs: readPairs(await readFile(output, "utf8")),
    summary: await readFile(summary, "utf8"),
  };
}

const plan =
  "version: 1\ndatabases:\n  shop: { url_secret: SHOP_DATABASE_URL }\n  blog: { throwaway: { major: 16 }, recovery: { url_secret: BLOG_RECOVERY_URL }, point_in_time: { stanza: blog } }\n";

test("from another repository's workspace an action reads that workspace's plan by its inputs alone", async () => {
  await using scratch = await scratchDirectory("foreign");
  await writeFile(join(scratch.path, "backup-plan.yaml"), plan);
  const run = await runFromAfar("plan-matrix", scratch.path, { ITHACA_INPUT_PLAN: "backup-plan.yaml" });
  expect(run.log).toBe("");
  expect(run.status).toBe(0);
  expect(JSON.parse(run.outputs.matrix ?? "")).toEqual({
    include: [
      {
        database: "shop",
        url_secret: "SHOP_DATABASE_URL",
        audit_url_secret: "ITHACA_AUDIT_URL",
        recovery_url_secret: "ITHACA_RECOVERY_URL",
        heartbeat_secret: "HEARTBEAT_URL",
        supabase_token_secret: "SUPABASE_ACCESS_TOKEN",
        supabase_project_ref_secret: "SUPABASE_PROJECT_REF",
        throwaway_image: "postgres:17",
        throwaway_superuser: "postgres",
        postgres_major: 17,
        rehearsal: false,
        platform_branch: false,
        own_log: false,
      },
      expect.objectContaining({ database: "blog", throwaway_image: "postgres:16", postgres_major: 16, own_log: true }),
    ],
  });
  expect(run.summary).toContain("2 databases");
});

test("a fork without secrets gets one message that names all of them, and no stack", async () => {
  await using scratch = await scratchDirectory("foreign");
  await writeFile(join(scratch.path, "ithaca.yaml"), plan);
  const { status, log, outputs, summary } = await runFromAfar("backup", scratch.path, {
    ITHACA_INPUT_DATABASE: "shop",
  });
  expect(status).toBe(3);
  expect(log.split("\n").filter((line) => line !== "")).toEqual([
    expect.stringMatching(
      /^::error::SHOP_DATABASE_URL, RESTIC_REPOSITORY, RESTIC_PASSWORD are not set.*docs\/set-up\.md/,
    ),
  ]);
  expect(outputs.error).toContain("SHOP_DATABASE_URL");
  expect(summary).toContain("RESTIC_PASSWORD");
});

test("all wrong inputs are told at once", () => {
  expect(() => readInputs({}, { ITHACA_INPUT_SURPRISE: "1", ITHACA_INPUT_OTHER: "2", GITHUB_TOKEN: "x" })).toThrow(
    /ITHACA_INPUT_SURPRISE belongs to no input; ITHACA_INPUT_OTHER belongs to no input/,
  );
});
