import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { takeCopyCensus } from "../census/copy-census.ts";
import type { Census } from "../census/types.ts";
import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import type { BackupFigures } from "../proof/history/figures.ts";
import { narrowMismatches } from "../proof/narrow/narrow.ts";
import { examineStorage } from "../proof/physical/examine.ts";
import { runChecks } from "../proof/run-checks.ts";
import { mayBeSabotaged, sabotageCopy } from "../proof/sabotage/sabotage-copy.ts";
import type { ExaminationLevel, ProofContext, TeamCheck, ThrowawayFacts } from "../proof/types.ts";
import { restoreSeconds } from "../report/objectives.ts";
import type { RestoreResult } from "../restore/types.ts";
import type { FetchedBackup } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import type { ProofRun } from "./proof-run.ts";
import type { Subject } from "./subject.ts";

/** A restored copy, and everything that it is compared with. */
export interface CopyToExamine {
  readonly subject: Subject;
  readonly backup: FetchedBackup;
  /** Superuser access to the copy. */
  readonly target: Target;
  readonly facts: ThrowawayFacts;
  readonly restored: RestoreResult;
  readonly teamChecks: readonly TeamCheck[];
  readonly recordedDigest: string | null;
  /** Figures of other backups of the database; none unless told otherwise. */
  readonly history?: readonly BackupFigures[];
  /** How deep amcheck looks; full unless told otherwise. */
  readonly examination?: ExaminationLevel;
  /** Whether the copy is sabotaged once its checks have passed. */
  readonly sabotage: boolean;
}

/** The least that sabotage may take, in seconds: on a tiny copy a fifth of the proof's time is next to nothing. */
const leastSabotage = 3;

/** Takes the census of a copy, runs every check on it, and sabotages it to test the checks. What it finds goes into `run`. */
export async function examineCopy(context: UseCaseContext, run: ProofRun, copy: CopyToExamine): Promise<void> {
  const { subject, backup, target } = copy;
  const { progress } = context;
  const { census: expected, scope, directory, again } = backup;
  const workers = availableParallelism();
  const census = await run.phase("census", () =>
    takeCopyCensus({ target, scope, database: subject.database, expected, workers, progress }),
  );
  await using session = await connect(target, { readOnly: true });
  const proof = proofContext(context, run, copy, { census, session });
  const checks = await run.phase("checks", async () => {
    // amcheck has connections of its own: it looks while the other checks ask over theirs.
    const storage = proof.examine();
    storage.catch(() => {});
    const { checks, notCovered } = await runChecks({ ...proof, examine: () => storage }, progress);
    await storage.catch(() => {});
    run.checks.push(...(await narrowMismatches({ context: proof, checks, directory, again, target, progress })));
    run.notCovered.push(...notCovered);
    return checks;
  });
  if (!copy.sabotage || !mayBeSabotaged(checks)) return;
  await run.phase("sabotage", async () => {
    const spent = run.phases.reduce((sum, { seconds }) => sum + seconds, 0);
    // A quarter of what the rest took is a fifth of the whole.
    const seconds = Math.max(leastSabotage, spent / 4);
    const { signal } = context;
    const { sabotage, notCovered } = await sabotageCopy({ context: proof, target, seconds, progress, signal });
    run.sabotage = sabotage;
    run.notCovered.push(...notCovered);
  });
}

function proofContext(
  { clock }: UseCaseContext,
  run: ProofRun,
  {
    subject,
    backup,
    target,
    facts,
    restored,
    teamChecks,
    recordedDigest,
    history = [],
    examination = "full",
  }: CopyToExamine,
  { census, session }: { readonly census: Census; readonly session: ProofContext["session"] },
): ProofContext {
  const { plan, database, planDirectory } = subject;
  return {
    plan,
    database,
    manifest: backup.manifest,
    expected: backup.census,
    copy: census,
    session,
    restoreErrors: restored.errors,
    restoreSkipped: restored.skipped,
    planDirectory,
    now: clock.now(),
    archiveProblems: backup.problems,
    recordedDigest,
    throwaway: facts,
    // The restore has come to its end by now, which is what the measurement asks of the phases.
    measured: {
      rtoSeconds: restoreSeconds([...run.phases, { name: "checks", seconds: 0 }]),
      rpoSeconds: run.newestBackupAge,
    },
    history,
    examine: () => examineStorage(target, examination, availableParallelism()),
    hashKey: randomBytes(32),
    teamChecks,
  };
}
