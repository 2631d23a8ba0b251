import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { takeCopyCensus } from "../census/copy-census.ts";
import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import { narrowMismatches } from "../proof/narrow/narrow.ts";
import { runChecks } from "../proof/run-checks.ts";
import type { ProofContext, TeamCheck } from "../proof/types.ts";
import { restoreSeconds } from "../report/objectives.ts";
import type { FetchedBackup } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { type Damage, makeCopy } from "./copy.ts";
import type { ProofRun } from "./proof-run.ts";
import type { Subject } from "./subject.ts";
import { type OpenedThrowaway, openThrowaway } from "./throwaway.ts";

export interface BackupToProve {
  readonly subject: Subject;
  readonly backup: FetchedBackup;
  readonly startedAt: Date;
  readonly teamChecks: readonly TeamCheck[];
  readonly damage: Damage | null;
  readonly production: Target | null;
  readonly recordedDigest: string | null;
}

/**
 * Restores a fetched backup into a throwaway, takes the census of the copy, runs every check, and destroys the
 * throwaway whatever happened. What it finds goes into `run`.
 */
export async function proveBackup(context: UseCaseContext, run: ProofRun, request: BackupToProve): Promise<void> {
  const { backup, startedAt } = request;
  const { manifest, census } = backup;
  const age = (takenAt: string) => Math.max(0, (startedAt.getTime() - Date.parse(takenAt)) / 1000);
  run.newestBackupAge = backup.newestTakenAt === null ? null : age(backup.newestTakenAt);
  run.backup = {
    id: manifest.id,
    taken_at: manifest.taken_at,
    age_s: age(manifest.taken_at),
    size_bytes: manifest.sizes.dump_bytes,
    digest: manifest.digest,
    server_version: manifest.versions.server,
    candidates_skipped: backup.skipped,
  };
  run.notCovered.push(...manifest.left_out, ...census.not_covered);
  const opened = await run.phase("prepare", () =>
    context.progress.step("Start a throwaway database", () => openThrowaway(context, manifest, request.production)),
  );
  run.target = { kind: opened.throwaway.kind, server_version: opened.serverVersion, destroyed: false };
  run.notCovered.push(...opened.notCovered);
  try {
    await proveOn(context, run, request, opened);
  } finally {
    const target = run.target;
    await run.phase("cleanup", async () => {
      run.target = { ...target, destroyed: await opened.throwaway.destroy() };
    });
  }
}

async function proveOn(
  context: UseCaseContext,
  run: ProofRun,
  request: BackupToProve,
  { throwaway, facts }: OpenedThrowaway,
): Promise<void> {
  const { subject, backup } = request;
  const { manifest, census, directory, scope } = backup;
  const { database, plan, planDirectory } = subject;
  const { progress, clock } = context;
  const { target } = throwaway;
  run.current = "restore";
  const restored = await makeCopy(context, request, target);
  run.phases.push(...restored.phases);
  run.restoreErrors.push(...restored.errors);
  run.notCovered.push(...restored.skipped.map(({ what, why }) => ({ what, why })));
  const workers = availableParallelism();
  const copy = await run.phase("census", () =>
    takeCopyCensus({ target, scope, database, expected: census, workers, progress }),
  );
  await run.phase("checks", async () => {
    await using session = await connect(target, { readOnly: true });
    const proof: ProofContext = {
      plan,
      database,
      manifest,
      expected: census,
      copy,
      session,
      restoreErrors: restored.errors,
      restoreSkipped: restored.skipped,
      planDirectory,
      now: clock.now(),
      archiveProblems: backup.problems,
      recordedDigest: request.recordedDigest,
      throwaway: facts,
      // The restore has come to its end by now, which is what the measurement asks of the phases.
      measured: {
        rtoSeconds: restoreSeconds([...run.phases, { name: "checks", seconds: 0 }]),
        rpoSeconds: run.newestBackupAge,
      },
      hashKey: randomBytes(32),
      teamChecks: request.teamChecks,
    };
    const { checks, notCovered } = await runChecks(proof, progress);
    run.checks.push(...(await narrowMismatches({ context: proof, checks, directory, target, progress })));
    run.notCovered.push(...notCovered);
  });
}
