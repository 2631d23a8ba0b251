import type { AnyReport, CheckReport, PointReport, ProofReport, RecoveryReport } from "../../report/model.ts";
import { verdictReasons } from "../../report/verdict.ts";
import { backupFacts, dayOf, findingLines, gravest, runFacts } from "./parts.ts";
import { checkFirstStep } from "./steps.ts";
import type { Situation } from "./types.ts";

/** Titles of the topics by kind of report. */
const titles = {
  check: "Backup verification",
  recover: "Recovery",
  daily: "Daily proof",
  weekly: "Weekly proof",
  monthly: "Monthly full restore",
  drill: "Disaster drill",
  "point-in-time": "Rehearsal of a point in time",
  recovery: "Proof of a recovery",
  manual: "Manual proof",
  demo: "Demo",
} as const;

const states = { proven: "good", failed: "bad", inconclusive: "unclear" } as const;

/** What stands against a proof besides its checks: restore errors, the app's tests, the self-test. */
function besides(report: AnyReport): string[] {
  if (!("restore_errors" in report)) return [];
  const none: ProofReport["checks"] = [];
  return verdictReasons({ ...report, checks: none })
    .map(({ why }) => why)
    .filter((why) => why !== "no check was run at all");
}

/** What a report of checks means: a proof, a verification of the backups, a recovery. */
export function ofChecks(report: ProofReport | CheckReport | RecoveryReport | PointReport): Situation {
  const { kind, run, database, verdict, checks } = report;
  const title = titles[kind];
  const backup = "backup" in report ? report.backup : null;
  const isRecovery = report.kind === "recover";
  const state = states[verdict];
  const first = gravest(checks);
  const reason = "reason" in report && report.reason !== "" ? [report.reason] : [];
  return {
    // Each recovery is a matter of its own; the others follow each other.
    topic: isRecovery ? `recovery-${report.incident.id}` : kind === "check" ? kind : `${kind}-proof`,
    title,
    database,
    day: dayOf(run.started_at),
    at: run.finished_at,
    state,
    // An unfinished proof can wait until the morning, an unfinished recovery cannot.
    urgent: state === "bad" || isRecovery,
    goodNews: isRecovery ? `Recovery completed - ${database}` : null,
    lead: {
      good: isRecovery
        ? `${database} is recovered (${report.method}), verified and quiet.`
        : `${title} of ${database}: all is as it must be.`,
      bad: `${title} of ${database} failed.`,
      unclear: isRecovery
        ? `The recovery of ${database} did not come to its end: a person has to look.`
        : `${title} of ${database} could not be run to its end: nothing is known against the backup, and nothing is proven.`,
    }[state],
    findings: [...reason, ...findingLines(checks), ...besides(report)],
    firstStep: state === "good" || first === undefined ? null : checkFirstStep(first, report),
    facts: [...(backup === null ? [] : backupFacts(backup)), ...runFacts(report)],
    run,
    report: isRecovery ? report.incident.page : report.report.markdown,
  };
}
