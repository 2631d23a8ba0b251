import { readFile } from "node:fs/promises";
import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { commandTree, everyCommand } from "./command-tree.ts";

const read = (path: string) => readFile(new URL(`../${path}`, import.meta.url), "utf8");

/** Calls of Ithaca in a document: whole lines of its shell samples, and what stands in the text as code. */
function callsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.split("\n"));
  const inline = [...text.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
  return [...blocks, ...inline]
    .flatMap((line) => line.replace(/\s#.*$/, "").split("&&"))
    .map((line) => line.replaceAll(/\s+/g, " ").trim())
    .flatMap((line) => /^(?:npm run )?ithaca (?:-- )?(\S.*)$/.exec(line)?.[1] ?? []);
}

/** The words of a call as a shell would give them, with something in the place of each `<placeholder>` and `...`. */
function wordsOf(call: string): string[] {
  const filled = call.replaceAll(/<[^>]*>/g, "x").replaceAll("...", "x");
  return [...filled.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** What the command line's own parser says against a call; nothing is run. */
async function refusal(call: string): Promise<string | null> {
  const program = await commandTree();
  for (const command of [program, ...everyCommand(program).values()]) {
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    if (command.commands.length === 0) command.action(() => {});
  }
  try {
    await program.parseAsync(wordsOf(call), { from: "user" });
    return null;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode !== 0) return thrown.message;
    throw thrown;
  }
}

test.each([
  "docs/runbook.md",
  "docs/disasters.md",
])("every command in %s is one that the command line takes", async (path) => {
  const calls = callsIn(await read(path));
  expect(calls.length).toBeGreaterThan(5);
  const refused = await Promise.all(calls.map(async (call) => [call, await refusal(call)]));
  expect(refused.filter(([, why]) => why !== null)).toEqual([]);
  expect(await refusal("disaster deleted --no-such-option")).toContain("no-such-option");
});

test("the runbook's first page holds whom to call and the decision tree, and no command of it needs GitHub", async () => {
  const text = await read("docs/runbook.md");
  // What a printer puts onto one page: some sixty lines.
  const firstPage = text.split("\n").slice(0, 60).join("\n");
  expect(firstPage).toContain("## Who");
  expect(firstPage).toMatch(/## What has happened\?[\s\S]*-> A, deleted[\s\S]*-> B, ransomware[\s\S]*-> Alarms/);
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block).join("");
  expect(blocks).not.toMatch(/\bgh |github\.com|git (pull|push|clone|fetch)/);
  // Lines that run over the edge of the paper are cut where it matters.
  expect(blocks.split("\n").filter((line) => line.length > 110)).toEqual([]);
});
