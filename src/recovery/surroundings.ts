import { IthacaError, messageOf } from "../base/errors.ts";
import { describeTarget } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import { sqlstateOf } from "../restore/outcome.ts";
import { recoveryErrors } from "./errors.ts";

type Fault = (parameters: { where: string }, options: ErrorOptions) => IthacaError;

/** What the server says by its SQLSTATE when it is not about the statement; the first that matches counts. */
const byState: readonly [RegExp, Fault][] = [
  [/^53100$/, recoveryErrors.disk_full],
  [/^53200$/, recoveryErrors.out_of_memory],
  [/^(?:08...|53...|57P..|58...)$/, recoveryErrors.server_failed],
];

/** Of a file that may not grow the server gives another SQLSTATE than of a disk without room. */
const fullInWords =
  /^could not (?:extend|write|create|allocate)\b.*(?:No space left on device|Disk quota exceeded|File too large|wrote only \d+ of \d+ bytes)/;

/** Whether an error of the server is about what is around the statement, and not about the statement. */
export function isAround(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || thrown instanceof IthacaError) return false;
  return fullInWords.test(thrown.message) || byState.some(([states]) => states.test(sqlstateOf(thrown)));
}

/** The same from pg_restore, whose own sentences speak of a throwaway server: here it is production's. */
const byId: ReadonlyMap<string, Fault> = new Map([
  ["restore.disk_full", recoveryErrors.disk_full],
  ["restore.out_of_memory", recoveryErrors.out_of_memory],
  ["restore.connection_lost", recoveryErrors.server_failed],
]);

/** The server's words for a missing right name objects and roles only, never values. */
const noRight = "42501";

/**
 * What is around a recovery, told as a fault of its own: a full disk, a server that fails, a role that may not do what is
 * needed. Everything else is given back as it came.
 *
 * @param target the server that was worked on
 */
export function faultAround(thrown: unknown, target: Target): unknown {
  const where = describeTarget(target);
  const options = { cause: thrown };
  if (thrown instanceof IthacaError) return byId.get(thrown.id)?.({ where }, options) ?? thrown;
  const state = sqlstateOf(thrown);
  if (state === noRight) return recoveryErrors.no_right({ role: target.user, where, why: messageOf(thrown) }, options);
  if (isAround(thrown) && fullInWords.test(messageOf(thrown))) return recoveryErrors.disk_full({ where }, options);
  return byState.find(([states]) => states.test(state))?.[1]({ where }, options) ?? thrown;
}
