import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { marked } from "marked";
import { afterEach, expect, test, vi } from "vitest";
import { fixedClock } from "../../src/base/clock.ts";
import { IthacaError } from "../../src/base/errors.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { green } from "../../src/report/examples/reports.ts";
import { markdownOf } from "../../src/report/write.ts";
import { readPairs } from "../../test/support/workflow-runner/commands.ts";
import { requiredText } from "./inputs.ts";
import { groupProgress } from "./progress.ts";
import { type ActionResult, defineAction, performAction } from "./run-action.ts";
import { link, table } from "./summary.ts";

afterEach(() => void vi.unstubAllEnvs());

/** Performs an action that does `work`, and gives what a runner would read. */
async function perform(work: () => Promise<ActionResult>, environment: Readonly<Record<string, string>> = {}) {
  await using scratch = await scratchDirectory("action");
  const files = { GITHUB_OUTPUT: join(scratch.path, "output"), GITHUB_STEP_SUMMARY: join(scratch.path, "summary") };
  for (const [name, path] of Object.entries(files)) {
    await writeFile(path, "");
    vi.stubEnv(name, path);
  }
  const log: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((line) => log.push(String(line)) > 0);
  const exitCode = await performAction(defineAction({ inputs: { word: requiredText }, run: work }), {
    environment: { ITHACA_INPUT_WORD: "yes", ...files, ...environment },
    clock: fixedClock("2026-11-22T02:00:00Z"),
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: scratch.path,
  });
  write.mockRestore();
  const [outputs, summary] = await Promise.all(Object.values(files).map((path) => readFile(path, "utf8")));
  return { exitCode, log: log.join(""), outputs: readPairs(outputs ?? ""), summary: summary ?? "" };
}

test("outputs, a summary and the exit code of the result; a secret in none of them", async () => {
  const { exitCode, log, outputs, summary } = await perform(
    async () => ({
      outputs: { verdict: "failed", note: "canary-password-1" },
      summary: "It is canary-password-1, or postgres://u:canary-password-1@host/db",
      exitCode: 1,
    }),
    { SHOP_DATABASE_URL: "postgres://u:canary-password-1@host/db" },
  );
  expect(exitCode).toBe(1);
  expect(log).toContain("::add-mask::canary-password-1");
  expect(outputs).toEqual({ verdict: "failed", note: "***", error: "It is ***, or postgres://u:***@host/db." });
  expect(summary).not.toContain("canary");
});

test("an address whose password is not encoded is hidden too, and keeps nothing else from running", async () => {
  const { exitCode, log } = await perform(async () => ({ outputs: {}, summary: "", exitCode: 0 }), {
    SMTP_URL: "smtps://ops:100%canary@mail.example.org",
  });
  expect(exitCode).toBe(0);
  expect(log).toContain("::add-mask::100%25canary\n");
});

test.each([
  ["input", 2],
  ["surroundings", 3],
  ["failed", 1],
  ["interrupted", 130],
] as const)("a fault of kind %s is one annotation and exit code %i", async (kind, expected) => {
  const { exitCode, log, outputs, summary } = await perform(async () => {
    throw new IthacaError("test.fault", kind, "The disk is full; make room.");
  });
  expect({ exitCode, log: log.trim() }).toEqual({ exitCode: expected, log: "::error::The disk is full; make room." });
  expect(outputs).toEqual({ error: "The disk is full; make room.", mistake: String(kind === "input") });
  expect(summary).toContain("The disk is full");
});

test("what did not end well is one annotation, which says what the page begins with", async () => {
  const page = "# Failed: proof of shop\n\n**It does not come back**\n\n| a | b |\n\n## Findings\n\nMany.\n";
  const red = await perform(async () => ({ outputs: {}, summary: page, exitCode: 1 }));
  expect(red.log.trim()).toBe("::error::Failed: proof of shop. It does not come back.");
  expect(red.outputs.error).toBe("Failed: proof of shop. It does not come back.");
  const told = await perform(async () => ({ outputs: {}, summary: page, exitCode: 1, error: "Nobody was told" }));
  expect(told.log.trim()).toBe("::error::Nobody was told");
  const green = await perform(async () => ({ outputs: {}, summary: page, exitCode: 0 }));
  expect(green.log).toBe("");
});

test("a fault of Ithaca itself shows where it happened and proves nothing", async () => {
  const { exitCode, log } = await perform(async () => {
    throw new TypeError("undefined is no function");
  });
  expect(exitCode).toBe(3);
  expect(log).toContain("run-action.test.ts");
});

test("the picture of a report, which lies beside its file, is not on the page of a run", async () => {
  const summary = markdownOf({ ...green(), report: { markdown: "reports/x.md", json: "reports/x.json" } });
  expect(summary).toContain("<picture>");
  expect((await perform(async () => ({ outputs: {}, summary, exitCode: 0 }))).summary).not.toMatch(/<picture|<img/);
});

test("a summary is cut below what GitHub refuses", async () => {
  const { summary } = await perform(async () => ({ outputs: {}, summary: "x".repeat(2_000_000), exitCode: 0 }));
  expect(summary.length).toBeLessThan(1_000_000);
});

test("outermost steps are groups, steps within them lines, also when they fail", async () => {
  const lines: string[] = [];
  const progress = groupProgress({
    startGroup: (title) => lines.push(`[${title}`),
    endGroup: () => lines.push("]"),
    info: (line) => lines.push(line.replace(/ \(.*/, "")),
    warning: (message) => lines.push(`! ${message}`),
  });
  await progress.step("Restore", async (note) => {
    await progress.step("Data", async () => note("12 of 12 tables"));
    progress.warn("odd");
  });
  await expect(progress.step("Check", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(lines).toEqual(["[Restore", "✓ Data", "! odd", "✓ Restore, 12 of 12 tables", "]", "[Check", "✗ Check", "]"]);
});

test("what a database calls its objects acts neither in a summary's table nor in what a run ended in", async () => {
  const hostile = "public.`x` <img src=x> | [a](http://evil.example) @ada ![b](http://evil.example/b.png)";
  const { summary } = await perform(async () => ({
    outputs: {},
    summary: table("Found", ["what", "where"], [[hostile, link("#7", "https://github.com/acme/shop/issues/7")]]),
    exitCode: 0,
  }));
  const ended = await perform(async () => {
    throw new IthacaError("test.fault", "failed", hostile);
  });
  for (const shown of [summary, ended.summary]) {
    const html = await marked.parse(shown);
    expect(html).not.toMatch(/<img|<code|="http:|\s@ada/);
  }
  expect(await marked.parse(summary)).toContain('<a href="https://github.com/acme/shop/issues/7">#7</a>');
});
