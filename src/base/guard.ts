import { spawn } from "node:child_process";

/** What a guard does when its owner dies. */
export interface LastWill {
  /** POSIX shell; `$1`, `$2`, ... are the parameters. It may meet a resource that was never made, or is gone already. */
  readonly script: string;
  /** Never a secret: `ps` shows them. */
  readonly parameters?: readonly string[];
  /** Variables for the script besides PATH. Never a secret: `/proc` shows them; name the file that holds it. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Disposing calls the guard off: the owner has cleaned up itself. */
export type Guard = Disposable;

/**
 * Cleans up after this process even when it is killed without warning.
 *
 * A small `sh` waits for a word on a pipe whose other end only this process holds. Disposing sends the word, and the
 * shell ends without doing anything. When this process ends first, however it ends, the kernel closes the pipe and
 * the shell runs the script. Start the guard *before* making what it guards: then there is no moment between.
 */
export function guard(script: string, parameters: readonly string[] = [], env: LastWill["env"] = {}): Guard {
  const child = spawn("sh", ["-c", `read -r word && exit 0; ${script}`, "ithaca-guard", ...parameters], {
    // Its own session: a Ctrl-C in the terminal must not end the guard before its work.
    detached: true,
    // The owner's directory may be one that is about to be removed.
    cwd: "/",
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", ...env },
  });
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  if (child.pid === undefined) throw new Error("No shell could be started to clean up after this process");
  child.unref();
  // A pipe to a child is a socket: it must not keep this process alive either.
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  return {
    [Symbol.dispose]() {
      if (!child.stdin.writableEnded) child.stdin.end("done\n");
    },
  };
}
