import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BackupFigures } from "../proof/history/figures.ts";
import { reportErrors } from "./errors.ts";
import type {
  AnyReport,
  BackupReport,
  CheckReport,
  DisasterReport,
  DrillReport,
  PointReport,
  ProofReport,
  RecoveryReport,
  WatchReport,
} from "./model.ts";
import { readReport } from "./write.ts";

/** What a reports' folder says about one database. */
export interface History {
  /** Newest first, by the time the run began. */
  readonly reports: readonly AnyReport[];
  /** Files of the folder that are no reports, or no longer whole: paths as given. */
  readonly unreadable: readonly string[];
}

/** Paths of all reports' JSON: `YYYY/MM/*.json`; none where there is no folder yet. */
async function reportFiles(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true });
    return entries.filter((path) => /^\d{4}[/\\]\d{2}[/\\][^/\\.][^/\\]*\.json$/.test(path)).sort();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "syscall" in error)) throw error;
    if (error.code === "ENOENT") return [];
    // Node's message goes on with its call and the path.
    const why = error.message.split(",")[0] ?? String(error.code);
    throw reportErrors.folder_unreadable({ directory, why }, { cause: error });
  }
}

/** Reads all earlier reports of a database from a reports' folder. */
export async function listReports(directory: string, database: string): Promise<History> {
  const reports: AnyReport[] = [];
  const unreadable: string[] = [];
  for (const file of await reportFiles(directory)) {
    const path = join(directory, file);
    try {
      const report = await readReport(path);
      if (report.database === database) reports.push(report);
    } catch {
      unreadable.push(path);
    }
  }
  reports.sort((a, b) => b.run.started_at.localeCompare(a.run.started_at));
  return { reports, unreadable };
}

export const isCheck = (report: AnyReport): report is CheckReport => report.kind === "check";
export const isWatch = (report: AnyReport): report is WatchReport => report.kind === "watch";
export const isProof = (report: AnyReport): report is ProofReport =>
  !isBackup(report) &&
  !isCheck(report) &&
  !isWatch(report) &&
  !isRecovery(report) &&
  !isPoint(report) &&
  !isDrill(report) &&
  !isDisaster(report);
export const isDisaster = (report: AnyReport): report is DisasterReport => report.kind === "disaster";
export const isDrill = (report: AnyReport): report is DrillReport => report.kind === "drill-report";
export const isPoint = (report: AnyReport): report is PointReport => report.kind === "point-in-time";
export const isRecovery = (report: AnyReport): report is RecoveryReport => report.kind === "recover";
export const isBackup = (report: AnyReport): report is BackupReport => report.kind === "backup";

/**
 * Ids of the backups that count as proven, the newest backup first. The last word counts: a backup that was proven
 * once and failed later is not among them; an inconclusive run takes nothing away, a run on a damaged copy says nothing.
 */
export function provenBackups(reports: readonly AnyReport[]): string[] {
  const lastWord = new Map<string, { taken_at: string; proven: boolean }>();
  const newestFirst = [...reports].sort((a, b) => b.run.started_at.localeCompare(a.run.started_at));
  for (const report of newestFirst) {
    if (!isProof(report) || report.backup === null || report.damaged || report.verdict === "inconclusive") continue;
    // A branch is made from the platform's own backup, which is none of the vault's.
    if (report.target?.kind === "branch") continue;
    // Nor is an archive that was taken elsewhere.
    if (report.level === "archive-exact") continue;
    if (lastWord.has(report.backup.id)) continue;
    lastWord.set(report.backup.id, { taken_at: report.backup.taken_at, proven: report.verdict === "proven" });
  }
  return [...lastWord]
    .filter(([, { proven }]) => proven)
    .sort(([, a], [, b]) => b.taken_at.localeCompare(a.taken_at))
    .map(([id]) => id);
}

/** The figures of every backup that was taken, as they were recorded outside the vault. */
export function recordedFigures(reports: readonly AnyReport[]): BackupFigures[] {
  return reports.filter(isBackup).flatMap(({ verdict, backup }) => {
    if (verdict !== "taken" || backup === null) return [];
    const { id, taken_at, size_bytes, rows, table_rows } = backup;
    return [{ id, taken_at, size_bytes, rows, table_rows }];
  });
}

/**
 * The digest of a backup as it was recorded outside the vault, or null where nobody recorded it.
 *
 * The record made when the backup was taken counts before all others, then the earliest proof that ended proven:
 * a later or failed run may have read the digest from a vault that somebody had changed.
 */
export function recordedDigestIn(reports: readonly AnyReport[], backupId: string): string | null {
  const about = reports
    .filter((report) => isBackup(report) || isProof(report))
    .filter((report) => report.backup?.id === backupId)
    .sort((a, b) => a.run.started_at.localeCompare(b.run.started_at));
  const witness =
    about.find((report) => isBackup(report) && report.verdict === "taken") ??
    about.find((report) => isProof(report) && report.verdict === "proven");
  return witness?.backup?.digest ?? null;
}

/** `recordedDigestIn` over a reports' folder; the backup's id names its database, so all reports are looked at. */
export async function recordedDigest(directory: string, backupId: string): Promise<string | null> {
  const reports: AnyReport[] = [];
  for (const file of await reportFiles(directory)) {
    try {
      reports.push(await readReport(join(directory, file)));
    } catch {
      // A damaged report is no witness; `listReports` names it.
    }
  }
  return recordedDigestIn(reports, backupId);
}
