import { dayLength } from "../../base/calendar.ts";
import { spellInstant, spellSeconds } from "../../base/spell.ts";
import { firesOnDay, lastFiring } from "../../plan/firing.ts";
import type { Plan } from "../../plan/schema.ts";
import { isBackup, isCheck, isDisaster, isDrill, isPoint, isProof, isRecovery, isWatch } from "../history.ts";
import type { AnyReport, BackupReport, DrillReport, ProofReport } from "../model.ts";
import { linkTo } from "./link-to.ts";

/** Something that stands between the team and a good night's sleep. */
export interface Gap {
  /** `broken`: what is promised does not hold. `unknown`: nobody knows whether it holds. */
  readonly grade: "broken" | "unknown";
  /** Markdown, a sentence without its full stop. */
  readonly says: string;
}

/** Where one database stands. */
export interface DatabaseState {
  readonly name: string;
  /** The newest backup that is in the vault. */
  readonly backup: BackupReport | null;
  /** The newest proof, whatever it came to. */
  readonly proof: ProofReport | null;
  readonly drill: DrillReport | null;
  readonly gaps: readonly Gap[];
  /** Until when this holds without another run: the newest backup is then older than the plan allows. Null where nothing holds. */
  readonly goodUntil: Date | null;
}

/** A scheduled run may be late by this much without anything being wrong, in milliseconds. */
const scheduleSlack = 6 * 3600 * 1000;

const timeOf = (iso: string) => Date.parse(iso);
const newest = <R extends AnyReport>(reports: readonly R[]): R | null =>
  reports.reduce<R | null>(
    (best, each) => (best === null || timeOf(each.run.started_at) > timeOf(best.run.started_at) ? each : best),
    null,
  );

/** A proof that says something about the backups: not of a made-up database, and not of a copy that was harmed on purpose. */
export function counts(report: ProofReport): boolean {
  return report.kind !== "demo" && !report.damaged;
}

const verdictGrades = { failed: "broken", inconclusive: "unknown" } as const;

/** The gap that a report's verdict leaves; none where it is good. */
function ofVerdict(what: string, report: AnyReport | null): Gap[] {
  if (report === null || !(report.verdict === "failed" || report.verdict === "inconclusive")) return [];
  const says = `${what} of ${spellInstant(report.run.started_at)} ${report.verdict === "failed" ? "failed" : "was inconclusive"}: ${linkTo(report)}`;
  return [{ grade: verdictGrades[report.verdict], says }];
}

/** When a run was due whose report is not there; null where it is, or where the record begins later. */
function overdue(line: string, asOf: Date, began: Date, done: readonly AnyReport[]): Date | null {
  const due = lastFiring(line, new Date(asOf.getTime() - scheduleSlack));
  if (due < began) return null;
  return done.some(({ run }) => timeOf(run.finished_at) >= due.getTime()) ? null : due;
}

/** Days of the plan's daily retention, today not among them, on which a backup was due and that have none although the record had begun. */
function daysWithout(taken: readonly BackupReport[], plan: Plan, asOf: Date, began: Date): string[] {
  const covered = new Set(taken.map(({ run }) => run.started_at.slice(0, 10)));
  return Array.from(
    { length: plan.retention.daily - 1 },
    (_, back) => new Date(asOf.getTime() - (back + 1) * dayLength),
  )
    .filter((date) => date.getTime() > began.getTime() + dayLength && firesOnDay(plan.schedule.backup, date))
    .map((date) => date.toISOString().slice(0, 10))
    .filter((date) => !covered.has(date));
}

/**
 * Judges a database by its reports alone, at the time of the newest of them.
 *
 * @param reports of this database
 * @param asOf when the newest run of any database ended
 */
export function stateOf(name: string, plan: Plan, reports: readonly AnyReport[], asOf: Date): DatabaseState {
  const backups = reports.filter(isBackup);
  const taken = backups.filter(({ verdict }) => verdict === "taken");
  const proofs = reports.filter(isProof).filter(counts);
  const drills = reports.filter(isDrill);
  const [backup, attempt, proof, drill] = [newest(taken), newest(backups), newest(proofs), newest(drills)];
  const began = new Date(Math.min(asOf.getTime(), ...reports.map(({ run }) => timeOf(run.started_at))));
  const { rpo } = plan.objectives;
  const gaps: Gap[] = [];
  const add = (grade: Gap["grade"], says: string) => gaps.push({ grade, says });

  const takenAt = backup?.backup?.taken_at;
  if (takenAt === undefined) add("broken", "no backup is on record");
  else {
    const age = (asOf.getTime() - timeOf(takenAt)) / 1000;
    if (age > rpo + scheduleSlack / 1000)
      add("broken", `the newest backup was ${spellSeconds(age)} old; the plan allows ${spellSeconds(rpo)}`);
  }
  gaps.push(...ofVerdict("the backup", attempt));
  const without = daysWithout(taken, plan, asOf, began);
  if (without.length > 0) add("unknown", `no backup of ${without.join(", ")}`);

  if (proof === null) add("unknown", "no backup was ever proven");
  gaps.push(...ofVerdict("the proof", proof));
  const proofDue = overdue(plan.schedule.prove, asOf, began, proofs);
  if (proofDue !== null) add("unknown", `the proof that was due on ${spellInstant(proofDue.toISOString())} is missing`);
  const drillDue = overdue(plan.schedule.drill, asOf, began, drills);
  if (drillDue !== null) add("unknown", `the drill that was due on ${spellInstant(drillDue.toISOString())} is missing`);

  gaps.push(...ofVerdict("the check", newest(reports.filter(isCheck))));
  gaps.push(...ofVerdict("the rehearsal of a point in time", newest(reports.filter(isPoint))));
  gaps.push(...ofVerdict("the recovery", newest(reports.filter(isRecovery))));
  gaps.push(...ofVerdict("the run through the steps against a disaster", newest(reports.filter(isDisaster))));
  const watch = newest(reports.filter(isWatch));
  // A backup that came after all answers what the watch had asked.
  const answered = watch !== null && takenAt !== undefined && timeOf(takenAt) > timeOf(watch.run.started_at);
  if (!answered) gaps.push(...ofVerdict("the watch", watch));
  const broken = gaps.some(({ grade }) => grade === "broken");
  const goodUntil = takenAt === undefined || broken ? null : new Date(timeOf(takenAt) + rpo * 1000);
  return { name, backup, proof, drill, gaps, goodUntil };
}

/** Whether what is promised of a database holds; null where nobody knows. */
export function isSafe({ gaps, goodUntil }: DatabaseState): boolean | null {
  if (gaps.some(({ grade }) => grade === "broken")) return false;
  return gaps.length > 0 || goodUntil === null ? null : true;
}

/** The answer in a word, the first thing that anybody reads. */
export function answerOf(state: DatabaseState): string {
  const safe = isSafe(state);
  if (safe === false) return "❌ **No**";
  if (safe === null || state.goodUntil === null) return "⚠️ **Not known**";
  return `✅ **Yes**, until ${spellInstant(state.goodUntil.toISOString())}`;
}

/** A gap as a line of a list. */
export function gapLine({ grade, says }: Gap): string {
  return `- ${grade === "broken" ? "❌" : "⚠️"} ${says}.`;
}
