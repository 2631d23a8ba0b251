import type { IthacaError } from "../base/errors.ts";
import { censusErrors } from "../census/errors.ts";
import { backupErrors } from "./errors.ts";

/** What is known about a dump that failed. */
export interface DumpFailure {
  readonly stderr: string;
  readonly directory: string;
}

const noSpace = /No space left on device|Disk quota exceeded/i;
const disconnected =
  /server closed the connection|terminating connection|connection to server .* failed|could not receive data|SSL (connection|SYSCALL)|could not import the requested snapshot|invalid snapshot identifier|no connection to the server|conflict with recovery/i;
/** LOCK TABLE of pg_dump itself (a statement timeout), and NOWAIT of its parallel jobs. */
const collided = /canceling statement due to (statement|lock) timeout|could not obtain lock/i;
const moved = /does not exist|cache lookup failed|could not open relation|could not find|schema with OID/i;
const tooLarge = /invalid memory alloc request size|Cannot enlarge string buffer|out of memory|string buffer exceeds/i;
const damaged = /could not read block|invalid page|missing chunk|unexpected chunk|could not open file|data is corrupt/i;

/** The object that pg_dump was at, as far as it says so. */
function culprit(stderr: string): string {
  const denied = /permission denied for (?:relation )?([a-z ]+ [^\n]+)/.exec(stderr)?.[1];
  const table = /ontents of table "(.+)" failed/.exec(stderr)?.[1];
  return denied?.trim() ?? (table === undefined ? "" : `table ${table}`);
}

/**
 * Makes one sentence of what pg_dump wrote to stderr. Only what is known to hold no values gets through: DETAIL,
 * CONTEXT and the statement are dropped, and of an unknown message the quoted parts.
 */
export function explainDumpFailure({ stderr, directory }: DumpFailure): IthacaError {
  const what = culprit(stderr);
  if (noSpace.test(stderr)) return backupErrors.disk_full({ where: directory });
  if (/permission denied/.test(stderr)) return backupErrors.dump_forbidden({ what: what === "" ? "something" : what });
  if (/out of shared memory|max_locks_per_transaction/i.test(stderr)) {
    return censusErrors.exhausted({ what: "pg_dump's locks", code: "53200" });
  }
  if (collided.test(stderr)) return backupErrors.dump_collided({});
  if (disconnected.test(stderr)) return backupErrors.dump_disconnected({});
  if (tooLarge.test(stderr)) return backupErrors.row_too_large({ what });
  if (moved.test(stderr)) return censusErrors.definitions_moved({ what: "The database", code: "from pg_dump" });
  // Whatever else ends the reading of rows is a row that cannot be read.
  if (damaged.test(stderr) || what.startsWith("table ")) return backupErrors.data_damaged({ what });
  return backupErrors.dump_failed({ what, why: firstError(stderr) });
}

/** The first error line without anything quoted: values stand in quotes, and so do names. */
export function firstError(stderr: string): string {
  const lines = stderr.split("\n");
  const line = lines.find((text) => /error:/i.test(text)) ?? lines.find((text) => text.trim() !== "") ?? "no message";
  return line
    .replace(/^pg_\w+: (error: )?/, "")
    .replace(/^.*ERROR: +/, "")
    .replace(/"(?:[^"]|"")*"?|'(?:[^']|'')*'?/g, "\u2026")
    .trim();
}
