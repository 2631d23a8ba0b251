import { openBackup } from "../../src/backup/open-backup.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { takeCopyCensus } from "../../src/census/copy-census.ts";
import { connect } from "../../src/postgres/connect.ts";
import type { SabotageOptions } from "../../src/proof/sabotage/sabotage-copy.ts";
import type { ProofContext } from "../../src/proof/types.ts";
import { type TestBackup, testBackup } from "./backup.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { databasePlan, proofContext } from "./proof.ts";

/** A database with its backup; the database itself plays the copy, which it equals in everything. */
export interface Scene extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly context: ProofContext;
}

/** Fills a database and backs it up. */
export async function scene(fill: (database: TestDatabase) => Promise<unknown>): Promise<Scene> {
  const database = await testDatabase();
  await fill(database);
  const backup: TestBackup = await testBackup(database.target);
  const { manifest, census } = await openBackup(backup.directory);
  const context = proofContext({
    database: databasePlan(),
    manifest,
    expected: census,
    copy: await copyCensus(database, manifest, census),
    session: await connect(database.target, { readOnly: true }),
  });
  return {
    database,
    context,
    async [Symbol.asyncDispose]() {
      await context.session[Symbol.asyncDispose]();
      await backup[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** The census of a scene's database as it is now. */
export function copyCensus(
  { target }: TestDatabase,
  manifest: ProofContext["manifest"],
  expected: ProofContext["expected"],
): Promise<ProofContext["copy"]> {
  const scope = { ...manifest.scope, leftOut: [] };
  return takeCopyCensus({
    target,
    scope,
    database: databasePlan(),
    expected,
    workers: 2,
    progress: silentProgress,
  });
}

/** Options for sabotaging a scene's database, with all the time that it may want. */
export const sabotageOf = ({ database, context }: Scene, more: Partial<SabotageOptions> = {}): SabotageOptions => ({
  context,
  target: database.target,
  seconds: 60,
  progress: silentProgress,
  signal: new AbortController().signal,
  ...more,
});
