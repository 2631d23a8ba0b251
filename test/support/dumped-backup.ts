import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../../src/backup/manifest.ts";
import { run } from "../../src/base/child-process.ts";
import { fixedClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import type { Census } from "../../src/census/types.ts";
import { planSchema } from "../../src/plan/schema.ts";
import { findClient } from "../../src/postgres/clients.ts";
import { connect } from "../../src/postgres/connect.ts";
import { libpqEnvironment } from "../../src/postgres/libpq-environment.ts";
import type { Target } from "../../src/postgres/types.ts";
import type { RestoreOptions } from "../../src/restore/restore-backup.ts";
import { restoreBackup } from "../../src/restore/restore-backup.ts";
import type { RestoreResult } from "../../src/restore/types.ts";

/** What `pg_dumpall --roles-only` writes for a server without roles of its own. */
export const noRoles = "-- PostgreSQL database cluster dump\n\n-- PostgreSQL database cluster dump complete\n";

/** A backup's directory as a restore needs it: `dump/` and `roles.sql`. */
export interface DumpedBackup extends AsyncDisposable {
  readonly path: string;
  /** Path of a file in the dump. */
  file(name: string): string;
  /** The dump id of the entry that `pg_restore -l` lists with this text, such as `TABLE DATA public t`. */
  idOf(text: string): Promise<number>;
}

async function client(tool: "pg_dump" | "pg_dumpall" | "pg_restore", target: Target, args: string[]): Promise<string> {
  await using connection = await libpqEnvironment(target);
  const { path } = await findClient(tool, 15);
  // A client asks for the search path before it lifts the database's own limit.
  const env = { ...connection.env, PGOPTIONS: "-c statement_timeout=0" };
  const { exitCode, stdout, stderr } = await run(path, args, { env });
  if (exitCode !== 0) throw new Error(`${tool}: ${stderr}`);
  return stdout;
}

/**
 * Dumps a database with the flags of a backup, as fast as can be: without a vault, without a census.
 *
 * @param roles roles.sql; `all` dumps the server's, for a server of the test's own
 */
export async function dumpedBackup(target: Target, roles: "all" | string = noRoles): Promise<DumpedBackup> {
  const scratch = await scratchDirectory("dumped");
  const dump = join(scratch.path, "dump");
  await mkdir(scratch.path, { recursive: true });
  await client("pg_dump", target, ["-Fd", "-Z0", "-j2", "-f", dump, "-d", target.database]);
  const sql =
    roles === "all" ? `${await client("pg_dumpall", target, ["--roles-only", "--no-role-passwords"])}\n` : roles;
  await writeFile(join(scratch.path, "roles.sql"), sql);
  return {
    path: scratch.path,
    file: (name) => join(dump, name),
    async idOf(text) {
      const lines = (await client("pg_restore", target, ["-l", dump])).split("\n");
      const line = lines.find((one) => one.includes(` ${text} `));
      if (line === undefined) throw new Error(`the dump has no entry ${text}`);
      return Number.parseInt(line, 10);
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** As much of the manifest as a restore reads: the dump was written by the client that reads it back. */
async function manifestFor(versionNum: number): Promise<Manifest> {
  const { version } = await findClient("pg_dump", 15);
  return { versions: { pg_dump: version, server_num: versionNum } } as Manifest;
}

const census = { inventory: [] as Census["inventory"] } as Census;

/** Restores a dumped backup into an empty database. */
export async function restoreDumped(
  backup: { readonly path: string },
  target: Target,
  options: Partial<RestoreOptions> & { readonly exceptions?: readonly object[] } = {},
): Promise<RestoreResult> {
  const { exceptions = [], ...rest } = options;
  const plan = planSchema.parse({ version: 1, databases: { app: { exceptions } } });
  const database = plan.databases.app;
  if (database === undefined) throw new Error("the plan has no database");
  await using session = await connect(target, { readOnly: true });
  return await restoreBackup({
    directory: backup.path,
    manifest: await manifestFor(session.versionNum),
    census,
    target,
    database,
    jobs: 2,
    progress: silentProgress,
    clock: fixedClock("2026-11-22T02:00:00Z"),
    signal: new AbortController().signal,
    ...rest,
  });
}

/** Replaces bytes of a file by others of the same length. */
export async function patchFile(path: string, from: string, to: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.indexOf(from);
  if (at < 0 || from.length !== to.length) throw new Error(`cannot replace ${from}`);
  bytes.write(to, at);
  await writeFile(path, bytes);
}
