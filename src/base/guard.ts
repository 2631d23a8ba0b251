import { type ChildProcess, spawn } from "node:child_process";

/** What a guard does when its owner dies. */
export interface LastWill {
  /** POSIX shell; `$1`, `$2`, ... are the parameters. It may meet a resource that was never made, or is gone already. */
  readonly script: string;
  readonly parameters?: readonly string[];
  /** Variables for the script besides PATH. Never a secret: `/proc` shows them; name the file that holds it. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Disposing calls the guard off: the owner has cleaned up itself. */
export type Guard = Disposable;

/**
 * What the guards' shell does: it takes line after line from us, each a command of its own, and when no more can come,
 * it runs what is left of the wills, all at the same time.
 */
const executor = `
newline='
'
last=0
while read -r line; do eval "$line"; done
while [ "$last" -gt 0 ]; do
  eval "will=\\$will_$last"
  if [ -n "$will" ]; then ( eval "$will" ) & fi
  last=$((last - 1))
done
wait`;

/** A word of the shell in a single line: it reads lines, and a will may have several. */
const quote = (text: string) => `'${text.replaceAll("'", "'\\''").replaceAll("\n", `'"$newline"'`)}'`;

/** The wills that stand, by their numbers: should the shell be gone, another one learns them. */
const wills = new Map<number, string>();
let shell: ChildProcess | null = null;
let lastNumber = 0;
/** Milliseconds. */
const shortLife = 100;

/** Starts the shell with all wills that stand; null where the system has no process left for it. */
function startShell(): ChildProcess | null {
  const child = spawn("sh", ["-c", executor, "ithaca-guard"], {
    // Its own session: a Ctrl-C in the terminal must not end the guard before its work.
    detached: true,
    // The owner's directory may be one that is about to be removed.
    cwd: "/",
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  const started = performance.now();
  const replace = () => {
    if (shell !== child) return;
    // One that dies at once would do so again; the next guard tries.
    shell = wills.size > 0 && performance.now() - started > shortLife ? startShell() : null;
  };
  child.on("error", replace).on("exit", replace);
  child.stdin?.on("error", () => {});
  if (child.pid === undefined) return null;
  child.unref();
  // A pipe to a child is a socket: it must not keep this process alive either.
  if (child.stdin !== null && "unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  for (const line of wills.values()) child.stdin?.write(line);
  return child;
}

/**
 * Cleans up after this process even when it is killed without warning.
 *
 * A small `sh`, one for all guards of this process, waits on a pipe whose other end only this process holds. When this
 * process ends, however it ends, the kernel closes the pipe and the shell runs the scripts that were not called off.
 * Start the guard *before* making what it guards: then there is no moment between.
 */
export function guard(script: string, parameters: readonly string[] = [], env: LastWill["env"] = {}): Guard {
  lastNumber += 1;
  const number = lastNumber;
  const variables = Object.entries({ PATH: process.env.PATH ?? "/usr/bin:/bin", ...env });
  const will = [
    ...variables.map(([name, value]) => `export ${name}=${quote(value)}`),
    `set -- ${parameters.map(quote).join(" ")}`,
    script,
  ].join("\n");
  const line = `last=${number}; will_${number}=${quote(will)}\n`;
  shell ??= startShell();
  if (shell === null) throw new Error("No shell could be started to clean up after this process");
  shell.stdin?.write(line);
  wills.set(number, line);
  return {
    [Symbol.dispose]() {
      if (wills.delete(number)) shell?.stdin?.write(`unset will_${number}\n`);
    },
  };
}
