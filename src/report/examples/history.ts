import { dayLength } from "../../base/calendar.ts";
import type { Unwritten } from "../build.ts";
import type { AnyReport, BackupReport, ProofReport, Verdict } from "../model.ts";

/** What a history is made from. */
export interface HistoryParts {
  readonly database: string;
  /** The last day: `2026-11-23`. */
  readonly end: string;
  readonly days: number;
  readonly backup: Unwritten<BackupReport>;
  /** Proofs by their verdict. */
  readonly proofs: Readonly<Record<Verdict, Unwritten<ProofReport>>>;
}

/** Between 0 and 1, different for each number and the same every time. */
const wobble = (index: number) => Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1;

/** Days from the end on which something was wrong. */
const troubles = { backupFailed: 33, nothing: 58, proofFailed: 5, proofInconclusive: 9 };

/** Moves a report to a day, and gives it the name that it would have got there. */
function moved<R extends Unwritten<AnyReport>>(report: R, day: string, time: string, database: string): R & AnyReport {
  const length = Date.parse(report.run.finished_at) - Date.parse(report.run.started_at);
  const started = Date.parse(`${day}T${time}:02.000Z`);
  const id = `${day.replaceAll("-", "")}${time.slice(0, 2)}-1`;
  const run = {
    ...report.run,
    id,
    started_at: new Date(started).toISOString(),
    finished_at: new Date(started + length).toISOString(),
  };
  const stem = `reports/${day.slice(0, 7).replace("-", "/")}/${day.slice(8)}-${report.kind}-${id}-${database}`;
  const files = { markdown: `${stem}.md`, json: `${stem}.json` };
  return { ...report, database, run, report: files } as R & AnyReport;
}

function backupOn(day: string, back: number, parts: HistoryParts): AnyReport {
  const made = moved(parts.backup, day, "02:00", parts.database);
  if (made.kind !== "backup" || made.backup === null) return made;
  if (back === troubles.backupFailed) {
    return { ...made, verdict: "failed", reason: "the disk of the runner was full", backup: null };
  }
  const grown = 1 - back * 0.004 + wobble(back) * 0.01;
  const { size_bytes, rows } = made.backup;
  const backup = {
    ...made.backup,
    taken_at: `${day}T02:00:05.000Z`,
    size_bytes: Math.round(size_bytes * grown),
    rows: Math.round(rows * grown),
  };
  return { ...made, backup };
}

function proofOn(day: string, week: number, kind: ProofReport["kind"], parts: HistoryParts): AnyReport {
  const verdict =
    week === troubles.proofFailed ? "failed" : week === troubles.proofInconclusive ? "inconclusive" : "proven";
  const report = { ...parts.proofs[verdict], kind };
  const slower = 1 - week * 0.02 + wobble(week) * 0.2;
  const phases = report.phases.map((phase) => ({ ...phase, seconds: Number((phase.seconds * slower).toFixed(3)) }));
  const { rto, rpo } = report.objectives;
  const scaled = (seconds: number | null) => (seconds === null ? null : Number((seconds * slower).toFixed(3)));
  const objectives = {
    rto: { ...rto, measured_s: scaled(rto.measured_s) },
    rpo: week === troubles.proofFailed ? { ...rpo, measured_s: 100_000, met: false } : rpo,
  };
  return moved({ ...report, phases, objectives }, day, "10:00", parts.database);
}

/**
 * A history as a season leaves it behind: a backup every night, a proof every Monday, a drill on the first day of the
 * quarter, and now and then a night that was not good. For tests of whatever looks at many reports, and for pictures.
 */
export function history(parts: HistoryParts): AnyReport[] {
  const end = Date.parse(`${parts.end}T00:00:00Z`);
  return Array.from({ length: parts.days }, (_, back) => back).flatMap((back) => {
    const date = new Date(end - back * dayLength);
    const day = date.toISOString().slice(0, 10);
    if (back === troubles.nothing) return [];
    const reports = [backupOn(day, back, parts)];
    if (date.getUTCDay() === 1) reports.push(proofOn(day, Math.floor(back / 7), "weekly", parts));
    if (date.getUTCDate() === 1 && date.getUTCMonth() % 3 === 0) reports.push(proofOn(day, 1, "drill", parts));
    return reports;
  });
}
