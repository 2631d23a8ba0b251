import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something is so, by looking. Fails after `seconds`. */
export async function until(isSo: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Still not so after ${seconds} s: ${isSo}`);
    await sleep(20);
  }
}

/** A process of its own that runs a TypeScript module until it is killed. */
export interface Mortal extends AsyncDisposable {
  readonly pid: number;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Kills it and waits for its end. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a process that runs `source`, the text of a TypeScript module (import by absolute path). Node strips its types.
 *
 * @param env added to this process' environment
 * @param user run as another OS user
 */
export function mortal(
  source: string,
  env: Record<string, string> = {},
  user: { uid?: number; gid?: number } = {},
): Mortal {
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", source], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    cwd: "/",
    ...user,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error("The process ended before it said anything");
      return value;
    },
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await ended;
      }
    },
  };
}

/** Runs a module until it prints its first line, kills it, and gives that line. */
export async function dieWith(
  signal: NodeJS.Signals,
  source: string,
  env: Record<string, string> = {},
): Promise<string> {
  await using process = mortal(source, env);
  const line = await process.line();
  await process.kill(signal);
  return line;
}
