import { IthacaError } from "../base/errors.ts";
import { describeTarget } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import { restoreErrors } from "./errors.ts";
import { sqlstateOf } from "./outcome.ts";

/** The server's own words; a message that code in the database raises begins with ERROR and then says something else. */
const diskFull =
  /^(?:ERROR|FATAL|PANIC): +could not (?:extend|write|create|open|fsync|copy|read|allocate)\b.*(?:No space left on device|Disk quota exceeded|File too large|wrote only \d+ of \d+ bytes)/;
const outOfMemory = /^(?:(?:ERROR|FATAL|PANIC): +)?(?:out of memory$|could not (?:resize|map) shared memory segment)/;
const connectionLost =
  /^(?!ERROR:).*(?:server closed the connection unexpectedly|terminating connection|no connection to the server|connection to (?:server|database)\b.* failed|SSL SYSCALL error|SSL connection has been closed|the database system is (?:shutting down|starting up|in recovery mode|not accepting)|remaining connection slots|too many clients)/;

/**
 * Whether one of these messages is about what is around the restore, not about the backup: a full disk, too little
 * memory, a broken connection. Then the restore says nothing about the backup, and the fault is thrown.
 */
export function faultOfSurroundings(messages: readonly string[], target: Target): IthacaError | null {
  const where = describeTarget(target);
  const plain = messages.map((message) => message.replace(/^COPY failed: /, ""));
  if (plain.some((message) => diskFull.test(message))) return restoreErrors.disk_full({ where });
  if (plain.some((message) => outOfMemory.test(message))) return restoreErrors.out_of_memory({ where });
  if (plain.some((message) => connectionLost.test(message))) return restoreErrors.connection_lost({ where });
  return null;
}

const faultsByState: readonly [RegExp, (parameters: { where: string }) => IthacaError][] = [
  [/^53100$/, restoreErrors.disk_full],
  [/^53200$/, restoreErrors.out_of_memory],
  [/^(?:08...|57P..|58...|53...)$/, restoreErrors.connection_lost],
];

/** The same for an error that a session of our own threw; null where it is something else. */
export function faultOfConnection(thrown: unknown, target: Target): IthacaError | null {
  if (!(thrown instanceof Error) || thrown instanceof IthacaError) return null;
  const where = describeTarget(target);
  const state = sqlstateOf(thrown);
  const fault = faultsByState.find(([states]) => states.test(state))?.[1];
  if (fault !== undefined) return fault({ where });
  const broken = /^(?:Connection terminated|Client has encountered a connection error|Client was closed)/;
  if (broken.test(thrown.message) || /^E[A-Z]{4,}$/.test(state)) return restoreErrors.connection_lost({ where });
  return null;
}
