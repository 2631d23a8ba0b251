import { run } from "../base/child-process.ts";
import { stopwatch } from "../base/clock.ts";
import { libpqEnvironment } from "../postgres/libpq-environment.ts";
import type { Target } from "../postgres/types.ts";
import { restoreErrors } from "./errors.ts";
import { type ParsedStderr, parseStderr } from "./ledger.ts";

/** What one run of pg_restore needs. */
export interface LoadOptions {
  readonly pgRestore: string;
  readonly dump: string;
  /** Path of the list file for `-L`. */
  readonly list: string;
  readonly sections: readonly ("pre-data" | "data" | "post-data")[];
  /** At least two are taken, unless the run is a serial one. */
  readonly jobs: number;
  /** One entry after the other, over one connection. */
  readonly serial?: boolean;
  readonly target: Target;
  readonly versionNum: number;
  readonly withoutTablespaces: boolean;
  readonly signal: AbortSignal;
  /** Loads rows past foreign keys and ordinary triggers, for a sample whose other tables stay empty. */
  readonly pastTriggers?: boolean;
  /** Called when the rows of another table begin to load, with its name as pg_restore writes it: without quotes. */
  readonly onTable?: (table: string) => void;
}

export interface LoadResult extends ParsedStderr {
  readonly seconds: number;
  /** Seconds until the first rows; equal to `seconds` where there were none. */
  readonly secondsToData: number;
}

/**
 * Settings of pg_restore's sessions. They outrank whatever a role or a database has set, so that no setting of the
 * source can stop, filter or slow the load. Messages are in English, because the ledger reads them.
 */
function sessionOptions(versionNum: number, pastTriggers: boolean): string {
  const settings: Record<string, string> = {
    lc_messages: "C",
    statement_timeout: "0",
    lock_timeout: "0",
    idle_in_transaction_session_timeout: "0",
    default_transaction_read_only: "off",
    session_replication_role: pastTriggers ? "replica" : "origin",
    session_preload_libraries: "",
    local_preload_libraries: "",
    synchronous_commit: "off",
    row_security: "off",
    // Login triggers would fire for each of pg_restore's own connections.
    ...(versionNum >= 170_000 ? { event_triggers: "off" } : {}),
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
}

const firstRows = /(?:entering main parallel loop|processing data for table|processing BLOBS)/;
const tableBegun = /processing data for table "(.*)"/;
const exitNotStarted = new Set([126, 127]);

/** `dbname=` for pg_restore: a bare name with `=` in it would be read as a connection string. */
function databaseArgument(name: string): string {
  return `--dbname=dbname='${name.replace(/(['\\])/g, "\\$1")}'`;
}

/**
 * Loads the listed entries, in parallel unless told otherwise, and goes on after errors: all of them are collected.
 *
 * At least two jobs: only then, and with pre-data and data in one run, it truncates a table that it fills (see runs.ts).
 *
 * @throws restore.client_missing; the signal's reason where it stopped the run
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const elapsed = stopwatch();
  let secondsToData: number | null = null;
  const args = [
    "--format=directory",
    "--verbose",
    "--no-password",
    ...(options.serial === true ? [] : [`--jobs=${Math.max(2, options.jobs)}`]),
    `--use-list=${options.list}`,
    ...options.sections.map((section) => `--section=${section}`),
    ...(options.withoutTablespaces ? ["--no-tablespaces"] : []),
    databaseArgument(options.target.database),
    options.dump,
  ];
  await using connection = await libpqEnvironment(options.target);
  const result = await run(options.pgRestore, args, {
    env: { ...connection.env, PGOPTIONS: sessionOptions(options.versionNum, options.pastTriggers === true) },
    signal: options.signal,
    onStderrLine: (line) => {
      if (secondsToData === null && firstRows.test(line)) secondsToData = elapsed();
      const table = tableBegun.exec(line)?.[1];
      if (table !== undefined) options.onTable?.(table);
    },
  });
  options.signal.throwIfAborted();
  if (exitNotStarted.has(result.exitCode)) throw restoreErrors.client_missing({ path: options.pgRestore });
  const seconds = elapsed();
  return { ...parseStderr(result.stderr, result.exitCode), seconds, secondsToData: secondsToData ?? seconds };
}

/** What `pg_restore -l` says: the list, or why there is none. */
export async function listArchive(
  pgRestore: string,
  dump: string,
  signal: AbortSignal,
): Promise<{ readonly list: string } | { readonly unreadable: string }> {
  const result = await run(pgRestore, ["--list", "--format=directory", dump], { signal });
  signal.throwIfAborted();
  if (exitNotStarted.has(result.exitCode)) throw restoreErrors.client_missing({ path: pgRestore });
  if (result.exitCode === 0) return { list: result.stdout };
  return { unreadable: result.stderr.split("\n").at(-1) ?? "" };
}
