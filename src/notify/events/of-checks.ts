import type { AnyReport, BackupReport, WatchReport } from "../../report/model.ts";
import { verdictReasons } from "../../report/verdict.ts";
import { backupFacts, dayOf, findingLines, gravest, runFacts } from "./parts.ts";
import { checkFirstStep } from "./steps.ts";
import type { Situation } from "./types.ts";

/** Reports that say what they found as checks: proofs, verifications, recoveries. */
type CheckedReport = Exclude<AnyReport, BackupReport | WatchReport>;

/** Under which topic proofs of a kind are told of. */
export const topicOfProof = (kind: CheckedReport["kind"]): string => `${kind}-proof`;

/** Titles of the topics by kind of report. */
export const titles: Readonly<Record<CheckedReport["kind"], string>> = {
  check: "Backup verification",
  recover: "Recovery",
  "point-in-time": "Point-in-time rehearsal",
  daily: "Daily proof",
  weekly: "Weekly proof",
  monthly: "Monthly full restore",
  drill: "Proof in a drill",
  "drill-report": "Disaster drill",
  disaster: "Steps against a disaster",
  recovery: "Proof of a recovery",
  manual: "Manual proof",
  demo: "Demo",
};

const states = { proven: "good", failed: "bad", inconclusive: "unclear" } as const;

/** What stands against a proof besides its checks: restore errors, the app's tests, the self-test. */
function besides(report: CheckedReport): string[] {
  if (!("restore_errors" in report)) return [];
  return verdictReasons({ ...report, checks: [] })
    .map(({ why }) => why)
    .filter((why) => why !== "no check was run at all");
}

/** What a proof, a verification or a rehearsal means. */
function ofProof(report: CheckedReport): Situation {
  const { kind, run, database, verdict, checks } = report;
  const title = titles[kind];
  const backup = "backup" in report ? report.backup : null;
  const state = states[verdict];
  const first = gravest(checks);
  const reason = "reason" in report && report.reason !== "" ? [report.reason] : [];
  return {
    topic: "restore_errors" in report ? topicOfProof(kind) : kind,
    title,
    database,
    day: dayOf(run.started_at),
    at: run.finished_at,
    state,
    // What could not be run to its end can wait until the morning.
    urgent: state === "bad",
    goodNews: null,
    lead: {
      good: `${title} of ${database}: all is as it must be.`,
      bad: `${title} of ${database} failed.`,
      unclear: `${title} of ${database} could not be run to its end: nothing is known against the backup, and nothing is proven.`,
    }[state],
    findings: [...reason, ...findingLines(checks), ...besides(report)],
    firstStep: state === "good" || first === undefined ? null : checkFirstStep(first, report),
    facts: [...(backup === null ? [] : backupFacts(backup)), ...runFacts(report)],
    run,
    report: report.report.markdown,
  };
}

/** What a report of checks means. */
export function ofChecks(report: CheckedReport): Situation {
  const situation = ofProof(report);
  if (report.kind !== "recover") return situation;
  const { database, method, incident } = report;
  return {
    ...situation,
    // Each recovery is a matter of its own; the others follow each other.
    topic: `recovery-${incident.id}`,
    urgent: true,
    goodNews: `Recovery completed - ${database}`,
    lead: {
      good: `${database} is recovered (${method}), verified and quiet.`,
      bad: `The recovery of ${database} (${method}) failed: a person has to look now.`,
      unclear: `The recovery of ${database} (${method}) did not come to its end: a person has to look now.`,
      slow: situation.lead,
    }[situation.state],
  };
}
