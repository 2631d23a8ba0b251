import { messageOf } from "../../src/base/errors.ts";
import { operationErrors } from "../../src/operations/errors.ts";

/**
 * Keeps a run going whose output nobody takes any more: the reader of a pipe has gone, the terminal is closed, the disk
 * behind it is full. Left to itself Node would end the process in the middle of whatever it does, and with 1, which says
 * that the backup is at fault. A reader that leaves has read enough; a result that could not be kept is told, and ends with 3.
 */
export function outliveOutput(): void {
  process.stderr.on("error", () => {});
  process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
    if (cause.code === "EPIPE") return;
    const { message, exitCode } = operationErrors.result_lost({ why: messageOf(cause) }, { cause });
    process.stderr.write(`${message}\n`);
    process.exitCode = exitCode;
  });
}
