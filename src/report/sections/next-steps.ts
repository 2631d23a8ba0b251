import { code, prose } from "../escape.ts";
import type { ProofReport } from "../model.ts";
import { whatToDoNext } from "../page.ts";
import { command, firstStep } from "./first-steps.ts";
import { onlyRulesFailed } from "./lead.ts";

type Step = string | null | false;

function stepsWhenFailed(report: ProofReport): Step[] {
  const failed = report.checks.filter(({ status }) => status === "failed");
  return [
    ...failed.map((check) =>
      check.id === "run.completed"
        ? `The run could not go on: ${prose(check.reason, 400)}`
        : (firstStep(check.id, report) ?? `Read the findings of ${code(check.id)} below and mend their cause.`),
    ),
    report.restore_errors.some(({ allowed_by }) => allowed_by === null) && firstStep("restore.", report),
    report.rehearsal !== null &&
      report.rehearsal.failed + report.rehearsal.skipped > 0 &&
      "See [which tests failed or were skipped](#the-app-on-the-copy), and whether they pass on production: if they do, the copy lacks something that the checks do not see.",
  ];
}

/** How many different reasons are worth a step of their own. */
const mostReasons = 4;

function stepsWhenInconclusive({ checks, sabotage, rehearsal, damaged }: ProofReport): Step[] {
  const notRun = checks.filter(({ status }) => status === "not_run");
  // What the run ended in is the cause; the checks that were never reached only say so.
  const causes = notRun.some(({ id }) => id === "run.completed")
    ? notRun.filter(({ id }) => id === "run.completed")
    : notRun;
  const reasons = [...new Set(causes.map(({ reason }) => reason))].filter((reason) => reason !== "");
  return [
    ...reasons.slice(0, mostReasons).map((reason) => `Mend what stood in the way: ${prose(reason, 400)}`),
    checks.length === 0 && "Find out in the run's log why it ended before its first check.",
    sabotage !== null &&
      (sabotage.missed.length > 0 || sabotage.caught < sabotage.tried) &&
      "Report the [missed sabotage](#self-test-by-sabotage) as a fault of this program: a check is blind.",
    rehearsal !== null && rehearsal.passed === 0 && "See why no test of the app ran on the copy.",
    damaged && "Look whether the damage should have been noticed: the checks below did not fail.",
  ];
}

function lastStep(report: ProofReport): Step {
  if (report.verdict === "proven") return null;
  if (report.damaged) return `Prove the backup itself, without \`--damage\`: ${command(report, "prove")}.`;
  if (report.verdict === "inconclusive") return `Run it again: ${command(report, "prove")}.`;
  const takeAndProve = `${command(report, "backup")}, then ${command(report, "prove", "newest")}`;
  return onlyRulesFailed(report)
    ? `When that is done, take a new backup and prove it: ${takeAndProve}.`
    : `Take a new backup and prove it: ${takeAndProve}. Until that is proven, recover only from the newest backup that is.`;
}

/** What a person does now, the first thing first; a proven run asks for nothing. */
export function nextSteps(report: ProofReport): string[] {
  const { rto, rpo } = report.objectives;
  const steps: Step[] = [
    report.target?.destroyed === false &&
      "Destroy the copy by hand, now: it holds production's rows, and this run could not show that it is gone.",
    // What fails on a copy that was damaged on purpose says nothing of production.
    ...(report.verdict === "failed" && !report.damaged ? stepsWhenFailed(report) : []),
    ...(report.verdict === "inconclusive" ? stepsWhenInconclusive(report) : []),
    rto.met === false && firstStep("objectives.rto", report),
    rpo.met === false && firstStep("objectives.rpo", report),
    lastStep(report),
  ];
  const distinct = [...new Set(steps.filter((step) => typeof step === "string"))];
  return whatToDoNext(distinct, "Nothing. The next run comes by schedule.");
}
