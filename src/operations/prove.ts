import { join } from "node:path";
import { scratchDirectory } from "../base/scratch.ts";
import { plannedChecks } from "../proof/all-checks.ts";
import { loadTeamChecks } from "../proof/team/load.ts";
import type { ExaminationLevel } from "../proof/types.ts";
import { requireRehearsal } from "../rehearsal/rehearse.ts";
import { listReports, recordedDigest, recordedFigures } from "../report/history.ts";
import type { Kind, ProofReport } from "../report/model.ts";
import { openVault } from "../vault/vault.ts";
import { audited } from "./audited.ts";
import { type BackupSource, directorySource, isOwnBackup, vaultSource } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { readDamage } from "./copy.ts";
import { earlyCluster } from "./early-cluster.ts";
import { operationErrors } from "./errors.ts";
import { recordEarlyEnd, startProofRun } from "./proof-run.ts";
import { proveArchive } from "./prove-archive.ts";
import { proveBackup } from "./prove-backup.ts";
import { proveBranch } from "./prove-branch.ts";
import { publishProof } from "./publish-proof.ts";
import { loadSubject, reportsDirectory, type Subject, type SubjectOptions, sourceTarget } from "./subject.ts";
import { withTimeLeft } from "./time-left.ts";

export interface ProveOptions extends SubjectOptions {
  /** `latest`, `yesterday`, `random` or an id; the latest unless told otherwise. */
  readonly backup?: string;
  /** A backup directory, or the files of a backup that was taken elsewhere, instead of one from the vault. */
  readonly archive?: string | readonly string[];
  readonly kind?: Kind;
  /** A file of SQL that harms the copy before the checks. */
  readonly damage?: string;
  /** Run the app's tests on the copy, as the plan says. */
  readonly e2e?: boolean;
  /** Prove the platform's own backup instead, on a branch made from it. It costs money; off unless told otherwise. */
  readonly platformBranch?: boolean;
}

/**
 * Restores a backup into a throwaway database, compares it with the census that was taken with it, and writes the
 * report. A run that ends early still gives a report; only wrong input and an interruption are thrown.
 */
export async function prove(silent: UseCaseContext, options: ProveOptions): Promise<ProofReport> {
  const subject = await loadSubject(silent, options);
  const context = await withTimeLeft(silent, subject, { of: "proof", kind: options.kind ?? "manual" });
  const request = {
    kind: options.kind ?? "manual",
    damage: options.damage,
    rehearse: options.e2e ?? false,
    production: sourceTarget(context, subject.database),
    reports: reportsDirectory(context, subject.plan),
  };
  if (options.platformBranch === true) {
    const { archive, damage, e2e, backup: chosen = "latest" } = options;
    if (archive !== undefined || damage !== undefined || e2e === true || chosen !== "latest") {
      throw operationErrors.branch_alone({});
    }
    return proveBranch(context, subject, request);
  }
  const paths = options.archive === undefined ? [] : [options.archive].flat();
  const { backup = "latest" } = options;
  if (paths.length > 0 && backup !== "latest") throw operationErrors.one_backup({ backup });
  const asked = { kind: request.kind, backup: paths.join(" ") || backup };
  const record = (work: () => Promise<ProofReport>) =>
    audited(context, { operation: "proof", database: subject.name, plan: subject.plan, details: { asked } }, work);
  const [path] = paths;
  if (path !== undefined && !(paths.length === 1 && isOwnBackup(context, path))) {
    if (request.rehearse) throw operationErrors.foreign_rehearsal({ path });
    return record(() => proveArchive(context, subject, { ...request, paths }));
  }
  return record(async () => {
    const source =
      path === undefined
        ? vaultSource(context, openVault({ ...context.environment }), subject.name, backup)
        : directorySource(context, path);
    return await proveSubject(context, subject, { ...request, source });
  });
}

/** What `proveSubject` needs to know besides the subject. */
export interface ProofRequest {
  readonly source: BackupSource;
  readonly kind: Kind;
  readonly damage: string | undefined;
  /** Whether the app's tests are run on the copy; they are not unless told otherwise. */
  readonly rehearse?: boolean;
  /** The database that the throwaway must not be; null where it cannot be asked. */
  readonly production: Parameters<typeof proveBackup>[2]["production"];
  /** The folder of the reports. */
  readonly reports: string;
}

/** How deep the pages of the copy are looked at: what costs more than the rest of the proof has its rhythm. */
const examinations: Readonly<Record<Kind, ExaminationLevel>> = {
  demo: "full",
  manual: "light",
  daily: "light",
  weekly: "light",
  monthly: "full",
  drill: "full",
  recovery: "light",
};

/** Proves one backup of one database, wherever it comes from. */
export async function proveSubject(
  context: UseCaseContext,
  subject: Subject,
  request: ProofRequest,
): Promise<ProofReport> {
  const { database, planDirectory, name } = subject;
  const startedAt = context.clock.now();
  // Wrong input is found before anything runs.
  const teamChecks = database.checks === undefined ? [] : await loadTeamChecks(join(planDirectory, database.checks));
  if (request.rehearse) await requireRehearsal(subject);
  const damage = request.damage === undefined ? null : await readDamage(context, request.damage);
  const run = startProofRun();
  let level: ProofReport["level"] = "source-exact";
  try {
    await using scratch = await scratchDirectory("proof");
    await using early = earlyCluster(context);
    const backup = await run.phase("fetch", () => request.source.fetch(scratch.path, early));
    if (backup.manifest.database !== name) {
      throw operationErrors.other_database({ path: backup.directory, found: backup.manifest.database, wanted: name });
    }
    const sampled = Object.values(backup.census.tables).some(({ sample }) => sample !== undefined);
    if (sampled) level = "source-sampled";
    await proveBackup(context, run, {
      subject,
      backup,
      early,
      startedAt,
      teamChecks,
      damage,
      production: request.production,
      recordedDigest: await recordedDigest(request.reports, backup.manifest.id),
      // A demo makes up a database of its own, of whatever size: earlier ones say nothing about it.
      history: request.kind === "demo" ? [] : recordedFigures((await listReports(request.reports, name)).reports),
      examination: examinations[request.kind],
      rehearse: request.rehearse ?? false,
    });
  } catch (thrown) {
    context.signal.throwIfAborted();
    recordEarlyEnd(run, thrown, plannedChecks(teamChecks));
  }
  return publishProof(context, subject, run, {
    kind: request.kind,
    level,
    startedAt,
    damaged: damage !== null,
    reports: request.reports,
  });
}
