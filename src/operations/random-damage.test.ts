import fc from "fast-check";
import { expect, test } from "vitest";
import { testBackup } from "../../test/support/backup.ts";
import { templateDatabase, testDatabase } from "../../test/support/database.ts";
import { restoreDumped } from "../../test/support/dumped-backup.ts";
import { databasePlan, proofContext } from "../../test/support/proof.ts";
import { randomDatabase } from "../../test/support/random-database.ts";
import { scopeOf } from "../backup/manifest.ts";
import { run } from "../base/child-process.ts";
import { silentProgress } from "../base/progress.ts";
import { takeCopyCensus } from "../census/copy-census.ts";
import { findBinary } from "../postgres/binaries.ts";
import { connect } from "../postgres/connect.ts";
import type { Session, Target } from "../postgres/types.ts";
import { runChecks } from "../proof/run-checks.ts";

/** All that a query can see, told by PostgreSQL's own dump: an opinion that shares nothing with the census. */
async function visible({ host, user, database }: Target): Promise<string> {
  const args = ["-h", host, "-U", user, "-d", database, "--restrict-key=fixed"];
  const { exitCode, stdout, stderr } = await run(await findBinary("pg_dump"), args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  // Comments of the dump name OIDs and owners; rows may lie in any order.
  const lines = stdout.split("\n").filter((line) => !/^--|^$/.test(line));
  return lines.sort().join("\n");
}

/** How many databases are made up; more find more, as `npm run test:long` does. */
const runs = Number(process.env.ITHACA_RANDOM_RUNS ?? (process.env.ITHACA_TESTS === "long" ? 12 : 3));

/** The ids of the checks that a copy does not pass. */
async function noticedBy(backup: Awaited<ReturnType<typeof testBackup>>, target: Target): Promise<string[]> {
  const { manifest, census: expected } = backup;
  const database = databasePlan();
  const options = { target, scope: scopeOf(manifest), database, expected, workers: 2, progress: silentProgress };
  const copy = await takeCopyCensus(options);
  await using session = await connect(target, { readOnly: true });
  const context = proofContext({ database, manifest, expected, copy, session, recordedDigest: manifest.digest });
  const { checks } = await runChecks(context, silentProgress);
  return checks.filter(({ status }) => status !== "passed").map(({ id }) => id);
}

/** False where the damage cannot be done to this database, such as NULL in a key. */
async function inflict(session: Session, damage: string): Promise<boolean> {
  return session.query(damage).then(
    () => true,
    () => false,
  );
}

test("random damage to random databases: what a query can see is noticed, and nothing else", {
  timeout: runs * 60_000,
}, async () => {
  const seen = { noticed: 0, harmless: 0 };
  await fc.assert(
    fc.asyncProperty(randomDatabase, async ({ create, damages }) => {
      await using source = await testDatabase();
      for (const statement of create) await source.session.query(statement);
      await using backup = await testBackup(source.target);
      let before = "";
      await using restored = await templateDatabase(async ({ target }) => {
        expect((await restoreDumped({ path: backup.directory }, target)).errors).toEqual([]);
        before = await visible(target);
      });
      for (const damage of ["SELECT 1", ...damages]) {
        await using copy = await testDatabase(restored.name);
        if (!(await inflict(copy.session, damage))) continue;
        const differs = (await visible(copy.target)) !== before;
        const noticed = await noticedBy(backup, copy.target);
        seen[differs ? "noticed" : "harmless"] += 1;
        expect({ damage, noticed: noticed.length > 0, by: noticed }).toMatchObject({ damage, noticed: differs });
      }
    }),
    { numRuns: runs },
  );
  expect(seen.noticed).toBeGreaterThan(0);
  expect(seen.harmless).toBeGreaterThan(0);
});
