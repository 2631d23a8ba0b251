import { scopeOf } from "../../src/backup/manifest.ts";
import { type TakenBackup, takeBackup } from "../../src/backup/take-backup.ts";
import { run } from "../../src/base/child-process.ts";
import { systemClock } from "../../src/base/clock.ts";
import { type Progress, silentProgress } from "../../src/base/progress.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";
import { takeCopyCensus } from "../../src/census/copy-census.ts";
import type { Census, TableCensus } from "../../src/census/types.ts";
import { findBinary } from "../../src/postgres/binaries.ts";
import { connect } from "../../src/postgres/connect.ts";
import { quoteIdentifier } from "../../src/postgres/quote.ts";
import type { Session, Target } from "../../src/postgres/types.ts";
import { type TestDatabase, testDatabase, testServer } from "./database.ts";
import { databasePlan } from "./proof.ts";

/** A progress that runs `work` each time a step of this title begins, before the step itself. */
export function atStep(title: string, work: (time: number) => Promise<unknown>): Progress {
  let time = 0;
  return {
    async step(name, inner) {
      if (name === title) await work(++time);
      return inner(() => {});
    },
    warn() {},
  };
}

/** A backup in a directory that disappears with it. */
export interface TestBackup extends TakenBackup, AsyncDisposable {
  readonly directory: string;
}

/** Takes a real backup of a test's database. */
export async function testBackup(
  target: Target,
  options: { plan?: Record<string, unknown>; progress?: Progress; signal?: AbortSignal } = {},
): Promise<TestBackup> {
  const scratch = await scratchDirectory("test-backup");
  try {
    const taken = await takeBackup({
      target,
      name: "test",
      database: databasePlan(options.plan),
      directory: scratch.path,
      progress: options.progress ?? silentProgress,
      clock: systemClock,
      signal: options.signal ?? new AbortController().signal,
    });
    return { ...taken, directory: scratch.path, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
  } catch (thrown) {
    await scratch[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** Restores a backup's dump with plain `pg_restore`, as a person would, and stops at the first error. */
export async function plainRestore(directory: string): Promise<TestDatabase> {
  const copy = await testDatabase();
  const { host, port, user, database } = copy.target;
  const args = ["--exit-on-error", "-h", host, "-p", String(port), "-U", user, "-d", database, `${directory}/dump`];
  const { exitCode, stderr } = await run(await findBinary("pg_restore"), args);
  if (exitCode === 0) return copy;
  await copy[Symbol.asyncDispose]();
  throw new Error(stderr);
}

/** A role of a test's own. Disposing drops it with what it was granted in `owned`. */
export interface TestRole extends AsyncDisposable {
  readonly name: string;
  /** The same database, seen as this role. */
  readonly target: Target;
}

/** Makes a role with the given attributes, such as `BYPASSRLS`, and memberships. */
export async function testRole(
  owned: TestDatabase,
  attributes = "",
  memberOf: readonly string[] = [],
): Promise<TestRole> {
  const name = `role_${owned.target.database}_${Math.random().toString(36).slice(2, 8)}`;
  const role = quoteIdentifier(name);
  await owned.session.query(`CREATE ROLE ${role} LOGIN ${attributes}`);
  for (const group of memberOf) await owned.session.query(`GRANT ${quoteIdentifier(group)} TO ${role}`);
  return {
    name,
    target: { ...owned.target, user: name },
    async [Symbol.asyncDispose]() {
      await using admin: Session = await connect(testServer(), { readOnly: false });
      await owned.session.query(`DROP OWNED BY ${role}`);
      await admin.query(`DROP ROLE ${role}`);
    },
  };
}

/** Restores a backup with plain pg_restore and takes the census of the copy. */
export async function censusOfCopy(backup: TestBackup, plan: Record<string, unknown> = {}): Promise<Census> {
  await using copy = await plainRestore(backup.directory);
  return await takeCopyCensus({
    target: copy.target,
    scope: scopeOf(backup.manifest),
    database: databasePlan(plan),
    expected: backup.census,
    workers: 2,
    progress: silentProgress,
  });
}

/** A census' tables without what may differ between two readings of the same rows. */
export function timeless(tables: Census["tables"]): Record<string, Omit<TableCensus, "seconds">> {
  return Object.fromEntries(Object.entries(tables).map(([name, { seconds: _, ...table }]) => [name, table]));
}

/** A table so large that a dump of it takes a while. */
export const wideRows =
  "CREATE TABLE public.t AS SELECT i, repeat(md5(i::text), 20) AS a FROM generate_series(1, 60000) AS i";
