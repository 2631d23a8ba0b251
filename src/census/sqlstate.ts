import { IthacaError } from "../base/errors.ts";
import { censusErrors } from "./errors.ts";

/** SQLSTATEs that say that an object changed or vanished between its listing and its reading. */
const moved = new Set(["42P01", "42703", "42883", "42704", "3F000", "42809", "55000"]);

/** SQLSTATEs by which a server ends a connection or refuses to go on, by class. */
const lost = /^(08|57P)/;

/** SQLSTATEs of stored data that cannot be read: wrong representations, damaged pages, missing files. */
const damaged = /^(22|XX|58)/;

/** program_limit_exceeded: a value's text would be longer than 1 GB. */
const tooLarge = "54000";

/** The SQLSTATE of an error of the server; undefined for anything else. */
export function sqlstate(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown) || typeof thrown.code !== "string") return undefined;
  return /^[0-9A-Z]{5}$/.test(thrown.code) ? thrown.code : undefined;
}

function says(thrown: unknown, text: RegExp): boolean {
  return thrown instanceof Error && text.test(thrown.message);
}

/** True where a row could not be turned into text because it would be too long. */
export function isTooLarge(thrown: unknown): boolean {
  const code = sqlstate(thrown);
  if (code === undefined) return false;
  return code === tooLarge || (code === "XX000" && says(thrown, /invalid memory alloc request size/));
}

/** True where the error is a sign of DDL that ran meanwhile: another try may go through. */
export function isMoved(thrown: unknown): boolean {
  const code = sqlstate(thrown);
  if (code === undefined) return false;
  return moved.has(code) || (code === "XX000" && says(thrown, /cache lookup failed|could not (open|find)/));
}

/**
 * Says what an error of the server means for the census. The server's own message is left out: it may hold values.
 *
 * @param what what was being read, as a name
 * @param lockTimeout milliseconds that a lock was waited for
 */
export function explainReadError(thrown: unknown, what: string, lockTimeout = 0): unknown {
  if (thrown instanceof IthacaError) return thrown;
  const code = sqlstate(thrown);
  if (code === undefined) {
    if (!says(thrown, /terminated|not queryable|closed|ECONN|EPIPE|ETIMEDOUT/)) return thrown;
    const system = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "closed";
    return censusErrors.connection_lost({ what, code: system });
  }
  if (code === "55P03") return censusErrors.locked({ names: [what], seconds: lockTimeout / 1000 });
  if (code === "57014" || code.startsWith("40")) return censusErrors.cancelled({ what, code });
  if (code === "42501") return censusErrors.forbidden({ what, code });
  if (isMoved(thrown)) return censusErrors.definitions_moved({ what, code });
  if (code.startsWith("53")) return censusErrors.exhausted({ what, code });
  if (lost.test(code)) return censusErrors.connection_lost({ what, code });
  return damaged.test(code) ? censusErrors.damaged_rows({ what, code }) : censusErrors.refused({ what, code });
}
