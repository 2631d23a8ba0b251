import { dayLength } from "../../base/calendar.ts";
import { isBackup, isProof } from "../history.ts";
import { counts } from "../index/state.ts";
import type { AnyReport, BackupReport, ProofReport } from "../model.ts";

/** Days that charts look back. */
export const chartDays = 90;

/** When the newest run of these ended, in milliseconds; charts end there and not at the time they are drawn. */
export function newestEnd(reports: readonly AnyReport[]): number {
  return Math.max(0, ...reports.map(({ run }) => Date.parse(run.finished_at)));
}

/** Reports of the window before the newest run's end, oldest first, without demos and what was damaged on purpose. */
export function inWindow(reports: readonly AnyReport[]): AnyReport[] {
  const first = new Date(newestEnd(reports) - (chartDays - 1) * dayLength).toISOString().slice(0, 10);
  return reports
    .filter((report) => (!isProof(report) || counts(report)) && report.run.started_at >= first)
    .toSorted((a, b) => a.run.started_at.localeCompare(b.run.started_at) || a.run.id.localeCompare(b.run.id));
}

/** Proofs of the window, oldest first. */
export function proofsOf(reports: readonly AnyReport[]): ProofReport[] {
  return inWindow(reports).filter(isProof);
}

/** A record of a backup that is in the vault. */
export type Taken = BackupReport & { readonly backup: NonNullable<BackupReport["backup"]> };

/** Backups of the window that were taken, oldest first. */
export function backupsOf(reports: readonly AnyReport[]): Taken[] {
  return inWindow(reports)
    .filter(isBackup)
    .filter((report): report is Taken => report.verdict === "taken" && report.backup !== null);
}

/** The day of a report: `2026-11-22`. */
export const dayOf = (report: AnyReport): string => report.run.started_at.slice(0, 10);
