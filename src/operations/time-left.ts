import { expectPhases, type PastRun, type Phase } from "../base/time-left.ts";
import { type PhasesOfSteps, tellTimeLeft, wholeRun } from "../base/time-left-of-run.ts";
import { titles } from "../recovery/drive-options.ts";
import { estimateFromProofs } from "../recovery/estimate.ts";
import { isBackup, isCheck, isDrill, isProof, isRecovery, listReports } from "../report/history.ts";
import type { AnyReport, Kind } from "../report/model.ts";
import type { UseCaseContext } from "./context.ts";
import { reportsDirectory, type Subject } from "./subject.ts";

/** Work that leaves reports, and what tells a run of it from one that does more or less. */
export type LongWork =
  | { readonly of: "backup" }
  | { readonly of: "drill" }
  | { readonly of: "proof"; readonly kind: Kind }
  | { readonly of: "verification"; readonly sampled: boolean }
  | { readonly of: "recovery"; readonly method: string };

/** The parts of a backup that its record tells apart. */
const ofBackup: PhasesOfSteps = [
  { phase: "dump", steps: ["Take a backup and its census"] },
  { phase: "vault", steps: ["Put it into the vault"] },
];

const ofProof: PhasesOfSteps = [
  { phase: "fetch", steps: ["Find the backup", "Fetch ", "Verify its digests"] },
  { phase: "prepare", steps: ["Start a throwaway database"] },
  { phase: "restore", steps: ["Restore it"] },
  { phase: "census", steps: ["Take the copy's census"] },
  { phase: "checks", steps: ["Looking for the rows that differ", "Checking the copy"] },
  { phase: "sabotage", steps: ["Sabotage the copy"] },
  { phase: "rehearsal", steps: ["Run the app's suite"] },
  { phase: "rehearsal", steps: ["Run the team's command"] },
];

const ofRecovery: PhasesOfSteps = Object.entries(titles).map(([step, title]) => ({ phase: step, steps: [title] }));

/** The phases by which a run is timed; null where it counts as one. */
export function phasesOf({ of }: LongWork): PhasesOfSteps | null {
  return { backup: ofBackup, proof: ofProof, recovery: ofRecovery, drill: null, verification: null }[of];
}

/** Phases of the same name as one, such as a step that was done again; `restore.data` and its like are parts of `restore`. */
function merged(phases: readonly Phase[]): Phase[] {
  const sums = new Map<string, number>();
  for (const { name, seconds } of phases) {
    const key = name.replace(/^restore\..*/, "restore");
    sums.set(key, (sums.get(key) ?? 0) + seconds);
  }
  return [...sums].map(([name, seconds]) => ({ name, seconds }));
}

const whole = (seconds: number): Phase[] => [{ name: wholeRun, seconds }];
const lasted = ({ run }: AnyReport) => (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000;

function backupRun(report: AnyReport): PastRun | null {
  if (!isBackup(report) || report.backup === null) return null;
  const { dump_seconds: dump, size_bytes } = report.backup;
  const vault = Math.max(0, lasted(report) - dump);
  return {
    phases: [
      { name: "dump", seconds: dump },
      { name: "vault", seconds: vault },
    ],
    bytes: size_bytes,
  };
}

/** What of a report is an earlier run of the same work; null where it is none, or did not come to its end. */
function pastRun(work: LongWork, report: AnyReport): PastRun | null {
  if (work.of === "backup") return backupRun(report);
  if (work.of === "drill") {
    if (!isDrill(report) || report.verdict === "inconclusive") return null;
    return { phases: whole(lasted(report)), bytes: report.backup?.size_bytes ?? null };
  }
  if (work.of === "verification") {
    return isCheck(report) && (report.sample !== null) === work.sampled
      ? { phases: whole(lasted(report)), bytes: null }
      : null;
  }
  if (work.of === "recovery") {
    const same = isRecovery(report) && report.outcome === "recovered" && report.method === work.method;
    return same ? { phases: merged(report.phases), bytes: null } : null;
  }
  if (work.of === "proof") {
    if (!isProof(report) || report.kind !== work.kind || report.verdict === "inconclusive") return null;
    return { phases: merged(report.phases), bytes: report.backup?.size_bytes ?? null };
  }
  return null;
}

/** Before the first recovery of its kind: what the newest proof and backup took, as parts that a recovery repeats. */
function fromProof(reports: readonly AnyReport[]): PastRun[] {
  const { seconds } = estimateFromProofs(reports);
  return seconds === null ? [] : [{ phases: whole(seconds), bytes: null }];
}

/**
 * The earlier runs of some work, newest first.
 *
 * @param reports of one database, newest first
 */
export function pastRuns(work: LongWork, reports: readonly AnyReport[]): PastRun[] {
  return reports.flatMap((report) => pastRun(work, report) ?? []);
}

/**
 * The same context, whose progress also tells how long the work will still take, by the reports of earlier runs on the
 * same database, in proportion to the newest backup's size. Work within other work leaves the telling to that.
 */
export async function withTimeLeft(context: UseCaseContext, subject: Subject, work: LongWork): Promise<UseCaseContext> {
  const { progress } = context;
  if (progress.timeLeft === undefined) return context;
  const { reports } = await listReports(reportsDirectory(context, subject.plan), subject.name);
  const bytes = reports.filter(isBackup).find(({ backup }) => backup !== null)?.backup?.size_bytes ?? null;
  const runs = pastRuns(work, reports);
  if (runs.length > 0 || work.of !== "recovery") {
    return { ...context, progress: tellTimeLeft(progress, expectPhases(runs, bytes), phasesOf(work)) };
  }
  return { ...context, progress: tellTimeLeft(progress, expectPhases(fromProof(reports), null)) };
}
