import { spawn } from "node:child_process";

/**
 * Cleans up after this process even when it is killed without warning.
 *
 * A small `sh` waits for the end of a pipe whose other end only this process holds. The kernel closes it when this
 * process ends, however it ends, and the shell then runs `script`. The script must be idempotent: on an orderly end
 * the owner has already cleaned up, and the guard finds nothing left to do.
 *
 * @param script POSIX shell; `$1`, `$2`, ... are `parameters`. Never put a secret into either: `ps` shows both.
 */
export function guard(script: string, parameters: readonly string[] = []): Disposable {
  const child = spawn("sh", ["-c", `cat >/dev/null; ${script}`, "ithaca-guard", ...parameters], {
    // Its own session: a Ctrl-C in the terminal must not end the guard before its work.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
  });
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return {
    [Symbol.dispose]() {
      child.stdin.destroy();
    },
  };
}
