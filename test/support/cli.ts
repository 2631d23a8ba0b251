import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Where Node keeps what it compiled: half of a command's start. */
const compiled = { NODE_COMPILE_CACHE: `${repository}node_modules/.cache/compiled` };

/** What a person saw of a command. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
export interface CliRun {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves at the first line on stderr that matches. */
  readonly saw: (pattern: RegExp) => Promise<void>;
  readonly result: Promise<CliResult>;
}

/**
 * Starts the real command line as a person would, in `cwd`, with nothing in the environment but PATH and `env`.
 */
export function startIthaca(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  line?: (command: string) => string,
): CliRun {
  const words = [process.execPath, `${repository}scripts/ithaca.ts`, ...args];
  const [program = "", ...more] = line === undefined ? words : ["bash", "-c", line(`"$@"`), "bash", ...words];
  const child = spawn(program, more, {
    cwd,
    env: { PATH: `${repository}node_modules/.bin:${process.env.PATH}`, HOME: cwd, CI: "true", ...compiled, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  const waiting: { pattern: RegExp; done: () => void }[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    for (const { pattern, done } of waiting) if (pattern.test(stderr)) done();
  });
  const result = new Promise<CliResult>((resolve) => {
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return {
    pid: child.pid ?? 0,
    // To the whole group, as one from a terminal would.
    kill: (signal) => process.kill(-(child.pid ?? 0), signal),
    saw: (pattern) =>
      new Promise((resolve) => {
        if (pattern.test(stderr)) resolve();
        else waiting.push({ pattern, done: resolve });
      }),
    result,
  };
}

/**
 * Runs a command to its end.
 *
 * @param line what bash is given instead, where the command is part of a line
 */
export function ithaca(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  line?: (command: string) => string,
): Promise<CliResult> {
  return startIthaca(args, cwd, env, line).result;
}

/** A connection string for a server on a unix socket. */
export function socketUrl({ host, user, database }: { host: string; user: string; database: string }): string {
  return `postgres://${encodeURIComponent(user)}@/${encodeURIComponent(database)}?host=${encodeURIComponent(host)}`;
}
