import { execFile } from "node:child_process";
import { readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { scratchDirectory } from "../src/base/scratch.ts";
import { stepsOf } from "../src/recovery/disaster/scenarios.ts";
import { commandTree, everyCommand } from "./command-tree.ts";
import { completionScript } from "./terminal/completion.ts";
import { leftAsItWas } from "./terminal/left-as-it-was.ts";

const run = promisify(execFile);
const root = new URL("../", import.meta.url);
const program = await commandTree();
const commands = [...everyCommand(program)];

/** What `--help` shows of a command. */
function helpOf(command: Command): string {
  let shown = "";
  command.configureOutput({
    writeOut: (text) => {
      shown += text;
    },
  });
  command.outputHelp();
  return shown;
}

/** Calls of Ithaca within a text: what follows `npm run ithaca --` until the shell takes over. */
function callsIn(text: string): string[] {
  const calls = text.replaceAll(/\\\n\s*/g, " ").matchAll(/npm run (?:--silent )?ithaca -- ([^\n|>`;#&]*)/g);
  return [...calls].map(([, call = ""]) => call.trim()).filter((call) => /^[a-z]/.test(call));
}

/** The words of a call that no command or option answers to. */
function unknownWords(call: string): string[] {
  const words = call.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  let command = program;
  const unknown: string[] = [];
  for (const word of words) {
    const below = command.commands.find((each) => each.name() === word);
    if (below !== undefined) command = below;
    else if (command.commands.length > 0 && !word.startsWith("-") && word !== "…" && word !== "help")
      unknown.push(word);
    else if (word.startsWith("--")) {
      const [name] = word.split("=");
      if (name !== "--help" && !command.options.some((option) => option.long === name)) unknown.push(word);
    }
  }
  return unknown;
}

test("every command and every one below it says what it does, shows examples and names the exit codes", () => {
  expect(commands.length).toBeGreaterThan(20);
  for (const [path, command] of commands) {
    expect(command.description(), path).toMatch(/^\S.{15,}/);
    for (const option of command.options) expect(option.description, `${path} ${option.flags}`).not.toBe("");
    const help = helpOf(command);
    expect(help, path).toMatch(new RegExp(`\nExamples:\n.*\\bithaca\\b.*\\b${path.split(" ")[0]}\\b`));
    expect(help, path).toContain("Exit codes: 0 proven or done, 1 failed, 2 wrong input or plan, 3 inconclusive, 130");
    expect(leftAsItWas(path), `what is left of ${path} when it is stopped`).not.toBe("");
  }
});

test("what the steps of a disaster tell people to type is what works without `npm link`, and exists", () => {
  for (const { id, does, proof } of Object.values(stepsOf).flat()) {
    for (const text of [does, proof]) {
      expect(text, id).not.toMatch(/(?<!npm run )\bithaca (?!--)/);
      // Which mode brings a table back, the merge plan says table by table.
      expect(text, id).not.toContain("--mode");
      expect(callsIn(text).flatMap(unknownWords), id).toEqual([]);
    }
  }
});

test("what examples and docs tell people to type exists, down to the options", async () => {
  const docs = (await readdir(new URL("docs/", root))).filter((name) => name.endsWith(".md"));
  const texts = await Promise.all(
    ["README.md", ...docs.map((name) => `docs/${name}`)].map((path) => readFile(new URL(path, root), "utf8")),
  );
  const calls = [...commands.map(([, command]) => helpOf(command)), ...texts].flatMap(callsIn);
  expect(calls.length).toBeGreaterThan(60);
  expect(calls.filter((call) => unknownWords(call).length > 0)).toEqual([]);
});

test("README has a line for every command", async () => {
  const readme = await readFile(new URL("README.md", root), "utf8");
  const missing = program.commands.filter((command) => !readme.includes(`| \`${command.name()}`));
  expect(missing.map((command) => command.name())).toEqual([]);
});

/** What bash offers for a line that is being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${completionScript(program, "bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ithaca; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run("bash", ["-c", script, "bash", "ithaca", ...words], { cwd: root });
  return stdout.split("\n").filter((line) => line !== "");
}

test("bash completes commands, those below them, options, their values, and files", async () => {
  expect(await offered("ba")).toEqual(["backup", "backups"]);
  expect(await offered("recover", "")).toEqual(["full", "point-in-time", "table", "--help"]);
  expect(await offered("recover", "table", "--ret")).toEqual(["--retype"]);
  expect(await offered("prove", "--kind", "w")).toEqual(["weekly"]);
  expect(await offered("prove", "--kind", "weekly", "--pla")).toEqual(["--plan", "--platform-branch"]);
  expect(await offered("prove", "--plan", "ithaca.y")).toEqual(["ithaca.yaml"]);
  expect(await offered("completion", "f")).toEqual(["fish"]);
});

test("fish gets a line for every option of every command", () => {
  const lines = completionScript(program, "fish").split("\n");
  const options = commands.reduce((sum, [, command]) => sum + command.options.length, 0);
  expect(lines.filter((line) => / -l [a-z0-9-]+ /.test(line)).length).toBe(options + program.options.length);
  expect(lines.filter((line) => !/^(complete -c ithaca .*)?$/.test(line))).toEqual([]);
});

test("what `npm link` puts on the PATH starts from anywhere, on the Node that came along", async () => {
  await using scratch = await scratchDirectory("link");
  const link = join(scratch.path, "ithaca");
  await symlink(fileURLToPath(new URL("scripts/ithaca.sh", root)), link);
  const { stdout } = await run(link, ["--version"], { cwd: scratch.path });
  expect(stdout.trim()).toBe(program.version());
});
