import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { sleep } from "../../src/base/sleep.ts";
import { githubStandIn } from "../../test/support/github.ts";
import { testVault, vaultPassword } from "../../test/support/vault.ts";
import { readPairs } from "../../test/support/workflow-runner/commands.ts";
import { actionScript } from "../../test/support/workflow-runner/warm.ts";

test("a watch that is cancelled while it waits for a backup says so in one sentence", async () => {
  await using github = await githubStandIn();
  await using vault = await testVault();
  await using scratch = await scratchDirectory("watch");
  const [output, summary] = [join(scratch.path, "output"), join(scratch.path, "summary")];
  await Promise.all([output, summary].map((file) => writeFile(file, "")));
  await writeFile(join(scratch.path, "ithaca.yaml"), "version: 1\ndatabases: {shop: {}}\n");
  const now = new Date().toISOString();
  const run = { id: 9, status: "in_progress", created_at: now, run_started_at: now, html_url: "https://runs.test/9" };
  github.rules.push(({ path }) =>
    path.includes("/actions/workflows/backup.yml/runs")
      ? { status: 200, body: { total_count: 1, workflow_runs: [run] } }
      : undefined,
  );
  const child = spawn("bash", ["-c", actionScript], {
    cwd: scratch.path,
    env: {
      PATH: process.env.PATH,
      HOME: scratch.path,
      GITHUB_ACTION_PATH: fileURLToPath(new URL(".", import.meta.url)),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_WORKSPACE: scratch.path,
      GITHUB_TOKEN: github.token,
      GITHUB_REPOSITORY: github.repository,
      GITHUB_API_URL: github.url,
      RESTIC_REPOSITORY: vault.repository,
      RESTIC_PASSWORD: vaultPassword,
      ITHACA_INPUT_TELL: "false",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let log = "";
  child.stdout.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const closed = once(child, "close");
  // What is published is asked last; then it waits for half a minute, and asks nobody.
  const waits = () => github.requests.some(({ path }) => path.includes("/git/"));
  while (!waits() && child.exitCode === null) await sleep(50);
  for (let seen = 0; seen < github.requests.length; await sleep(700)) seen = github.requests.length;
  child.kill("SIGINT");
  expect(await closed, log).toEqual([130, null]);
  expect(log).toMatch(/✗ Look for last night's backup, at a backup is still running/);
  expect(log).not.toMatch(/fault in Ithaca itself|at .*\.ts:\d/);
  const said = "The run was cancelled, or its time was up; start it again when it suits.";
  expect(log).toContain(`::error::${said}`);
  expect(readPairs(await readFile(output, "utf8"))).toEqual({ error: said, mistake: "false" });
  expect(await readFile(summary, "utf8")).toContain(said);
});
