import { collisionTimeout } from "../census/snapshot.ts";
import type { Scope } from "../census/types.ts";
import type { Client } from "./client.ts";
import { explainDumpFailure } from "./dump-errors.ts";

export interface DumpOrder {
  readonly snapshot: string;
  readonly scope: Scope;
  /** The database's encoding. */
  readonly encoding: string;
  /** Where to; must not exist yet. */
  readonly directory: string;
  /** How many tables are read at a time; more than one costs one connection more. */
  readonly jobs: number;
  readonly largeObjects: boolean;
  readonly signal: AbortSignal;
}

/** First major whose pg_dump can leave out an extension. */
const canExcludeExtensions = 17;

/**
 * A name as a pattern that matches itself only. In pg_dump's pattern language everything between double quotes stands
 * for itself, and a doubled quote for one: the same as in SQL, which is why qualified names need nothing more.
 */
function pattern(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * pg_dump's arguments. Never `--enable-row-security`: a role that RLS applies to would dump nothing and succeed. Never
 * `--extension`: naming some silently leaves out publications, event triggers and large objects.
 *
 * @param clientMajor the major version of pg_dump
 */
function dumpArguments(order: Omit<DumpOrder, "signal">, clientMajor: number): string[] {
  const { scope } = order;
  return [
    "--format=directory",
    // The vault compresses and deduplicates; what is compressed here would be new every night.
    "--compress=0",
    "--no-sync",
    "--no-password",
    // A copy must not subscribe to the source's publishers; the scope lists what is lost.
    "--no-subscriptions",
    `--file=${order.directory}`,
    `--jobs=${order.jobs}`,
    `--snapshot=${order.snapshot}`,
    // Our own session has these locks: whoever makes pg_dump wait stands between, and waits for us.
    `--lock-wait-timeout=${collisionTimeout}`,
    `--encoding=${dumpEncoding(order)}`,
    ...(order.largeObjects ? [] : ["--no-blobs"]),
    ...scope.excludedSchemas.map((schema) => `--exclude-schema=${pattern(schema)}`),
    ...scope.excludedTables.map((table) => `--exclude-table=${table}`),
    ...scope.excludedRows.map((table) => `--exclude-table-data=${table}`),
    ...(clientMajor >= canExcludeExtensions
      ? scope.excludedExtensions.map((extension) => `--exclude-extension=${pattern(extension)}`)
      : []),
  ];
}

/**
 * The encoding of the dump: the database's own, so that nothing has to be converted (some of what a WIN1252 or
 * SQL_ASCII database holds has no UTF-8 form). But pg_dump also reads its arguments in it, and ours are UTF-8.
 */
function dumpEncoding({ scope, encoding }: Pick<DumpOrder, "scope" | "encoding">): string {
  const names = [...scope.excludedSchemas, ...scope.excludedTables, ...scope.excludedRows, ...scope.excludedExtensions];
  return names.some((name) => /[^ -~]/.test(name)) ? "UTF8" : encoding;
}

/** Dumps the database as of the snapshot. Throws one clear sentence, which holds no row data, where pg_dump fails. */
export async function dumpDatabase(pgDump: Client, order: DumpOrder): Promise<void> {
  const { exitCode, stderr } = await pgDump.run(dumpArguments(order, pgDump.major), order.signal);
  if (exitCode !== 0) throw explainDumpFailure({ stderr, directory: order.directory });
}
