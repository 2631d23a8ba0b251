import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Warm } from "./warm.ts";

/* What a runner does around one command: the files through which it talks back, its environment, its log. */

/** The lines `NAME=value` and blocks `NAME<<END` of a file such as GITHUB_OUTPUT. */
export function readPairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const block = /^([^=]+?)<<(.+)$/.exec(line);
    if (block) {
      const end = lines.indexOf(block[2] ?? "", at + 1);
      pairs[block[1] ?? ""] = lines.slice(at + 1, end).join("\n");
      at = end;
    } else if (line.includes("=")) {
      pairs[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
    }
  }
  return pairs;
}

/** What one command left behind. */
export interface CommandResult {
  readonly exitCode: number;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What it added to the environment and the PATH of the steps after it. */
  readonly env: Readonly<Record<string, string>>;
  readonly path: readonly string[];
}

let numberOfCommands = 0;

/** Puts the script into a file and lets bash run it. */
async function runByBash(
  script: string,
  path: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<{ exitCode: number; log: string }> {
  await writeFile(path, script);
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", path], {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  const [code]: unknown[] = await once(child, "close");
  return { exitCode: typeof code === "number" ? code : 1, log };
}

/**
 * Runs a step's script by `bash -eo pipefail`, as a runner does for `shell: bash`, with exactly this environment and new
 * files for what it says; an action in the warm process, where one is given.
 */
export async function runScript(
  script: string,
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly temporary: string;
    readonly warm?: Warm | undefined;
  },
): Promise<CommandResult> {
  numberOfCommands += 1;
  const file = (name: string) => join(options.temporary, `${name}-${numberOfCommands}`);
  const files = { GITHUB_OUTPUT: "", GITHUB_STEP_SUMMARY: "", GITHUB_ENV: "", GITHUB_PATH: "", GITHUB_STATE: "" };
  const paths: Record<string, string> = {};
  for (const name of Object.keys(files)) {
    paths[name] = file(name);
    await writeFile(paths[name], "");
  }
  const env = { ...options.env, ...paths };
  const { exitCode, log } =
    (await options.warm?.run(script, { cwd: options.cwd, env })) ??
    (await runByBash(script, file("step.sh"), { cwd: options.cwd, env }));
  const said = (name: string) => readFile(paths[name] ?? "", "utf8");
  await appendFile(join(options.temporary, "log"), log);
  return {
    exitCode,
    log,
    outputs: readPairs(await said("GITHUB_OUTPUT")),
    summary: await said("GITHUB_STEP_SUMMARY"),
    env: readPairs(await said("GITHUB_ENV")),
    path: (await said("GITHUB_PATH")).split("\n").filter((line) => line !== ""),
  };
}
