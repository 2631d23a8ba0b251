import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openBackup } from "../../backup/open-backup.ts";
import { takeBackup } from "../../backup/take-backup.ts";
import { dayLength } from "../../base/calendar.ts";
import { scratchDirectory } from "../../base/scratch.ts";
import { planSchema } from "../../plan/schema.ts";
import { startCluster } from "../../postgres/cluster.ts";
import { connect } from "../../postgres/connect.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { withDatabase } from "../../postgres/target.ts";
import { createThrowawayDatabase } from "../../postgres/throwaway-database.ts";
import type { Target, Throwaway } from "../../postgres/types.ts";
import { plannedChecks } from "../../proof/all-checks.ts";
import { loadTeamChecks } from "../../proof/team/load.ts";
import { restoreBackup } from "../../restore/restore-backup.ts";
import type { RestoreResult } from "../../restore/types.ts";
import type { FetchedBackup } from "../backup-source.ts";
import type { UseCaseContext } from "../context.ts";
import { type CopyToExamine, examineCopy } from "../examine-copy.ts";
import { runFile } from "../fixture-files.ts";
import { loadInnerOdyssey } from "../load-fixture.ts";
import { loadNasty } from "../load-nasty.ts";
import { productionLike } from "../production-like.ts";
import { recordEarlyEnd, startProofRun } from "../proof-run.ts";
import type { Subject } from "../subject.ts";
import { outcomeOf } from "./outcome.ts";
import type { Fixture, Outcome } from "./types.ts";

const cloneProperties = readFileSync(
  new URL("../../../sql/damages/clone-database-properties.sql", import.meta.url),
  "utf8",
);

/** Fills a fixture's database. */
export async function fill(fixture: Fixture, target: Target, now: Date): Promise<void> {
  if (fixture === "odyssey") return loadInnerOdyssey(target, { families: 15, now });
  // An app that everybody still uses, as far as anyone can see, and that receives no data any more.
  if (fixture === "stale")
    return loadInnerOdyssey(target, { families: 10, now: new Date(now.getTime() - 4 * dayLength) });
  if (fixture === "nasty") return loadNasty(target);
  await using session = await connect(target, { readOnly: false });
  await runFile(session, `damages/${fixture}.sql`);
}

/** The plan of a database that has none of its own. */
export function bareSubject(name: string): Subject {
  const plan = planSchema.parse({ version: 1, databases: { [name]: {} } });
  const database = plan.databases[name];
  if (database === undefined) throw new Error(`the plan has no ${name}`);
  return { plan, planDirectory: "/nonexistent", name, database };
}

/** What a proof of a copy is to look at besides the copy. */
export type Asked = Pick<CopyToExamine, "sabotage" | "history" | "examination">;

/** A backup of a fixture, restored once, and copies of that copy to be damaged. */
export interface Stage extends AsyncDisposable {
  readonly backup: FetchedBackup;
  readonly server: Throwaway;
  /** Proves a fresh copy after `change` was done to it, and drops it. */
  prove(change: (copy: Target) => Promise<void>, asked: Asked): Promise<Outcome>;
  /** Restores the backup once more, with so many jobs, and proves that copy. */
  restoreAndProve(jobs: number): Promise<Outcome>;
}

/** Makes a source with the fixture, backs it up, and ends it. */
async function backUp(
  context: UseCaseContext,
  fixture: Fixture,
  subject: Subject,
  directory: string,
): Promise<FetchedBackup> {
  const { progress, clock, signal } = context;
  await using source = await startCluster();
  const { target } = await createThrowawayDatabase(source.target, {
    ...productionLike,
    name: fixture,
    cluster: source,
  });
  await fill(fixture, target, clock.now());
  const { name, database } = subject;
  await takeBackup({ target, name, database, directory, progress, clock, signal });
  return { ...(await openBackup(directory)), directory, skipped: [], newestTakenAt: null, again: null };
}

/** Sets the stage for one fixture. Disposing ends its server and removes its backup. */
export async function setStage(context: UseCaseContext, fixture: Fixture, subject: Subject): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const scratch = resources.use(await scratchDirectory("damages"));
  const backup = await backUp(context, fixture, subject, scratch.path);
  const server = resources.use(await startCluster());
  const checks = subject.database.checks;
  const teamChecks = checks === undefined ? [] : await loadTeamChecks(join(subject.planDirectory, checks));
  const restore = async (name: string, jobs: number): Promise<{ target: Target; restored: RestoreResult }> => {
    const { target } = await createThrowawayDatabase(server.target, { ...productionLike, name, cluster: server });
    const { directory, manifest, census } = backup;
    const { progress, clock, signal } = context;
    const { database } = subject;
    const options = { directory, manifest, census, target, database, jobs, progress, clock, signal };
    return { target, restored: await restoreBackup(options) };
  };
  const examine = async (target: Target, restored: RestoreResult, asked: Asked): Promise<Outcome> => {
    const run = startProofRun();
    run.restoreErrors.push(...restored.errors);
    const facts = { kind: server.kind, isolation: server.isolation, notProduction: "own-cluster" } as const;
    const recordedDigest = backup.manifest.digest;
    const copy: CopyToExamine = { subject, backup, target, facts, restored, teamChecks, recordedDigest, ...asked };
    try {
      await examineCopy(context, run, copy);
    } catch (thrown) {
      context.signal.throwIfAborted();
      recordEarlyEnd(run, thrown, plannedChecks(teamChecks));
    }
    const { checks, sabotage, restoreErrors: restore_errors } = run;
    return outcomeOf({ checks, restore_errors, sabotage, rehearsal: null });
  };
  const pristine = await restore("pristine", 2);
  const admin = resources.use(await connect(withDatabase(server.target, "template1"), { readOnly: false }));
  let copies = 0;
  const drop = (name: string) => admin.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
  const owned = resources.move();
  return {
    backup,
    server,
    async prove(change, asked) {
      const name = `copy_${++copies}`;
      await admin.query(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE pristine STRATEGY FILE_COPY`);
      await admin.query(cloneProperties, [name, "pristine"]);
      try {
        const target = withDatabase(server.target, name);
        await change(target);
        return await examine(target, pristine.restored, asked);
      } finally {
        await drop(name);
      }
    },
    async restoreAndProve(jobs) {
      const name = `copy_${++copies}`;
      await admin.query("CREATE TABLE public.used_oids (a text, b text); DROP TABLE public.used_oids");
      try {
        const { target, restored } = await restore(name, jobs);
        return await examine(target, restored, { sabotage: true });
      } finally {
        await drop(name);
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
