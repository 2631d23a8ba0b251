import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { takeCopyCensus } from "../../census/copy-census.ts";
import type { Census } from "../../census/types.ts";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { checksOfSample } from "../../proof/all-checks.ts";
import { dataEquality } from "../../proof/checks/data-equality.ts";
import { planExceptions } from "../../proof/checks/plan-exceptions.ts";
import { narrowMismatches } from "../../proof/narrow/narrow.ts";
import { runChecks } from "../../proof/run-checks.ts";
import type { CheckResult, ProofContext, ThrowawayFacts } from "../../proof/types.ts";
import type { RestoreResult } from "../../restore/types.ts";
import type { UseCaseContext } from "../context.ts";
import type { ProofRun } from "../proof-run.ts";
import type { Subject } from "../subject.ts";
import type { PartialBackup } from "./fetch-sample.ts";

/** A throwaway that holds every definition of a backup and the rows of some tables. */
export interface SampleToExamine {
  readonly subject: Subject;
  readonly backup: PartialBackup;
  readonly target: Target;
  readonly facts: ThrowawayFacts;
  readonly restored: RestoreResult;
  /** Names of the tables whose rows were restored, as the census has them. */
  readonly chosen: ReadonlySet<string>;
  readonly largeObjects: boolean;
  readonly recordedDigest: string | null;
}

/** The same census with the rows of these tables only; nothing of what follows from all rows together. */
function within({ role_views: _, tables, ...census }: Census, names: (name: string) => boolean): Census {
  const kept = Object.entries(tables).filter(([name]) => names(name));
  return { ...census, tables: Object.fromEntries(kept), samples: [], freshness: [] };
}

/**
 * Compares a sample with the census of the source. What it finds goes into `run`.
 *
 * @returns what the comparison of the rows came to
 */
export async function examineSample(
  context: UseCaseContext,
  run: ProofRun,
  { subject, backup, target, facts, restored, chosen, largeObjects, recordedDigest }: SampleToExamine,
): Promise<CheckResult | undefined> {
  const { progress, clock } = context;
  const { directory, census, scope, manifest } = backup;
  // Rows that an extension brings come with its definition.
  const isCompared = (name: string) => chosen.has(name) || census.tables[name]?.kind === "extension-table";
  const expected = within(census, isCompared);
  const { database } = subject;
  const workers = availableParallelism();
  const whole = await run.phase("census", () =>
    takeCopyCensus({ target, scope, database, expected, workers, progress }),
  );
  // What was not loaded stands empty in the copy, and is not what is compared; what should not be there at all is.
  const copy = within(whole, (name) => isCompared(name) || census.tables[name] === undefined);
  await using session = await connect(target, { readOnly: true });
  const proof: ProofContext = {
    plan: subject.plan,
    database,
    // As many files are vouched for as were read.
    manifest: { ...manifest, files: manifest.files.filter(({ path }) => backup.read.includes(path)) },
    expected,
    copy,
    session,
    restoreErrors: restored.errors,
    restoreSkipped: restored.skipped,
    planDirectory: subject.planDirectory,
    now: clock.now(),
    archiveProblems: backup.problems,
    recordedDigest,
    throwaway: facts,
    measured: { rtoSeconds: null, rpoSeconds: null },
    history: [],
    examine: () => Promise.resolve(null),
    hashKey: randomBytes(32),
    teamChecks: [],
  };
  return await run.phase("checks", async () => {
    const { checks, notCovered } = await runChecks(proof, progress, checksOfSample(largeObjects));
    // An exception may be needed by what is not in the sample: whether it is, a whole proof judges.
    const own = checks.filter(({ id }) => id !== planExceptions.id);
    run.checks.push(...(await narrowMismatches({ context: proof, checks: own, directory, target, progress })));
    run.notCovered.push(...notCovered);
    return own.find(({ id }) => id === dataEquality.id);
  });
}
