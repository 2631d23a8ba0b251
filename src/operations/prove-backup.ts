import type { Target } from "../postgres/types.ts";
import type { BackupFigures } from "../proof/history/figures.ts";
import type { ExaminationLevel, TeamCheck } from "../proof/types.ts";
import { clockTolerance } from "../vault/vault-checks.ts";
import type { FetchedBackup } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { type Damage, makeCopy } from "./copy.ts";
import type { EarlyCluster } from "./early-cluster.ts";
import { examineCopy } from "./examine-copy.ts";
import type { ProofRun } from "./proof-run.ts";
import { rehearseCopy } from "./rehearse-copy.ts";
import type { Subject } from "./subject.ts";
import { type OpenedThrowaway, openThrowaway } from "./throwaway.ts";

export interface BackupToProve {
  readonly subject: Subject;
  readonly backup: FetchedBackup;
  /** A server that may have been started while the backup was fetched. */
  readonly early: EarlyCluster;
  readonly startedAt: Date;
  readonly teamChecks: readonly TeamCheck[];
  readonly damage: Damage | null;
  readonly production: Target | null;
  readonly recordedDigest: string | null;
  readonly history: readonly BackupFigures[];
  readonly examination: ExaminationLevel;
  /** Whether the app's tests are run on the copy. */
  readonly rehearse: boolean;
}

/**
 * Restores a fetched backup into a throwaway, examines the copy, and destroys the throwaway whatever happened. What it finds goes into `run`.
 */
export async function proveBackup(context: UseCaseContext, run: ProofRun, request: BackupToProve): Promise<void> {
  const { backup, startedAt } = request;
  const { manifest, census } = backup;
  const age = (takenAt: string) => Math.max(0, (startedAt.getTime() - Date.parse(takenAt)) / 1000);
  run.newestBackupAge = backup.newestTakenAt === null ? null : newestAge(backup.newestTakenAt, startedAt);
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
    context.progress.step("Start a throwaway database", () =>
      openThrowaway(context, manifest, request.production, request),
    ),
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

/** Seconds since the newest backup was taken; negative where it claims to be of the future. */
function newestAge(takenAt: string, now: Date): number {
  const age = (now.getTime() - Date.parse(takenAt)) / 1000;
  return age < -clockTolerance ? age : Math.max(0, age);
}

async function proveOn(
  context: UseCaseContext,
  run: ProofRun,
  request: BackupToProve,
  { throwaway, facts }: OpenedThrowaway,
): Promise<void> {
  const { target } = throwaway;
  run.current = "restore";
  const restored = await makeCopy(context, request, target, request.backup.again !== null);
  run.phases.push(...restored.phases);
  run.restoreErrors.push(...restored.errors);
  run.notCovered.push(...restored.skipped.map(({ what, why }) => ({ what, why })));
  await examineCopy(context, run, {
    subject: request.subject,
    backup: request.backup,
    target,
    facts,
    restored,
    teamChecks: request.teamChecks,
    recordedDigest: request.recordedDigest,
    history: request.history,
    examination: request.examination,
    sabotage: request.damage === null,
  });
  if (!request.rehearse) return;
  await rehearseCopy(context, run, { subject: request.subject, census: request.backup.census, target });
}
