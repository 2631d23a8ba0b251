import { code, prose } from "../escape.ts";
import type { ProofReport } from "../model.ts";

/** What to do first when a check failed, by the beginning of its id; the longest that fits is taken. */
const firstSteps: readonly (readonly [prefix: string, step: (report: ProofReport) => string])[] = [
  [
    "backup.",
    () =>
      "Treat the vault as damaged or tampered with until shown otherwise: run `npm run ithaca -- check`, look who had access, and compare the digest below with the audit log.",
  ],
  [
    "restore.",
    () =>
      "Read the [restore errors](#restore-errors). Mend their cause in production and take a new backup; an error that is acceptable gets an exception in the plan, with reason, owner and last day.",
  ],
  ["data.", (report) => `Look at the differing rows on your own terminal: \`${command(report, "diff")}\`.`],
  [
    "definitions.",
    (report) => `Look at the differing definitions on your own terminal: \`${command(report, "diff")}\`.`,
  ],
  [
    "sequences.",
    () =>
      "Set the sequences that are behind before anybody inserts into the copy, or new rows will collide with old keys; the findings name them.",
  ],
  [
    "large_objects.",
    () => "Find out which large objects differ before a recovery relies on them; the findings say how many.",
  ],
  [
    "isolation.",
    () =>
      "Do not restore anywhere until it is sure that the target is not production; the check below says what could not be shown.",
  ],
  [
    "plan.freshness",
    () =>
      "See whether the application still writes: the newest row is older than the plan allows, in production as in the backup. If it does write, the backup is of the wrong database.",
  ],
  [
    "plan.orphans",
    () =>
      "Look for the orphaned rows in production: a faithful copy has what its source has. Mend them there and add the missing foreign key.",
  ],
  [
    "plan.rls_enabled",
    () =>
      "Turn row level security on in production now: without it every signed-in user reads every row. The findings name the tables.",
  ],
  ["plan.smoke", (report) => `Compare the sampled records on your own terminal: \`${command(report, "diff")}\`.`],
  [
    "plan.record_counts",
    () => "See which critical tables are missing or have lost rows, and whether production has lost them too.",
  ],
  [
    "team.",
    () =>
      "Read the rule's own file in the plan's folder of checks: it says why the rule must hold. Mend the rows in production.",
  ],
  [
    "objectives.rto",
    () =>
      "A recovery takes longer than the plan promises: see [where the time went](#where-the-time-went), give it a larger machine or more jobs, or promise less.",
  ],
  [
    "objectives.rpo",
    (report) =>
      `The newest backup is older than the plan promises: take one now with \`${command(report, "backup")}\`, and find out why the schedule did not.`,
  ],
  [
    "exceptions.",
    () => "Remove expired and unused exceptions from the plan, or give them a new last day if they are still needed.",
  ],
];

/** A command line for this database, and this backup where the command takes one. */
function command(report: ProofReport, name: "backup" | "diff" | "prove"): string {
  const backup = name === "backup" || report.backup === null ? "" : ` --backup ${report.backup.id}`;
  // Ids and names are shown inside code spans: what could end one is not repeated.
  return `npm run ithaca -- ${name} --database ${report.database}${backup}`.replaceAll(/[`\r\n|<]/g, "?");
}

function stepFor(id: string, report: ProofReport): string | null {
  const fitting = firstSteps.filter(([prefix]) => id.startsWith(prefix));
  fitting.sort(([a], [b]) => b.length - a.length);
  return fitting[0]?.[1](report) ?? null;
}

function stepsWhenFailed(report: ProofReport): string[] {
  const failed = report.checks.filter(({ status }) => status === "failed");
  const steps = failed.map((check) => {
    if (check.id === "run.completed") return `The run could not go on: ${prose(check.reason, 400)}`;
    return stepFor(check.id, report) ?? `Read the findings of ${code(check.id)} below and mend their cause.`;
  });
  if (report.restore_errors.some(({ allowed_by }) => allowed_by === null))
    steps.push(stepFor("restore.", report) ?? "");
  if ((report.rehearsal?.failed ?? 0) > 0) {
    steps.push(
      "See [which tests failed](#the-app-on-the-copy), and whether they pass on production: if they do, the copy lacks something that the checks do not see.",
    );
  }
  if (failed.some(({ id }) => !/^(plan|team|objectives|exceptions)\./.test(id)) || report.restore_errors.length > 0) {
    steps.push(
      `Take a new backup and prove it: \`${command(report, "backup")}\`, then \`${`npm run ithaca -- prove --database ${report.database}`.replaceAll(/[`\r\n|<]/g, "?")}\`. Until that is proven, recover only from the newest backup that is.`,
    );
  } else {
    steps.push(`Then prove again: \`${command(report, "prove")}\`.`);
  }
  return steps;
}

/** How many different reasons are worth a step of their own. */
const mostReasons = 4;

function stepsWhenInconclusive(report: ProofReport): string[] {
  const reasons = report.checks.filter(({ status }) => status === "not_run").map(({ reason }) => reason);
  // What the run ended in comes first; checks that were never reached only say so.
  const ended = report.checks.find(({ id, status }) => id === "run.completed" && status === "not_run");
  const distinct = ended ? [ended.reason] : [...new Set(reasons)].filter((reason) => reason !== "");
  const steps = distinct.slice(0, mostReasons).map((reason) => `Mend what stood in the way: ${prose(reason, 400)}`);
  if (report.checks.length === 0) steps.push("Find out in the run's log why it ended before its first check.");
  if (
    report.sabotage !== null &&
    (report.sabotage.missed.length > 0 || report.sabotage.caught < report.sabotage.tried)
  ) {
    steps.push("Report the [missed sabotage](#self-test-by-sabotage) as a fault of this program: a check is blind.");
  }
  if (report.rehearsal !== null && report.rehearsal.passed === 0)
    steps.push("See why no test of the app ran on the copy.");
  return [...steps, `Run it again: \`${command(report, "prove")}\`.`];
}

/** What a person does now, the first thing first; a proven run asks for nothing. */
export function nextSteps(report: ProofReport): string[] {
  const steps =
    report.verdict === "failed"
      ? stepsWhenFailed(report)
      : report.verdict === "inconclusive"
        ? stepsWhenInconclusive(report)
        : [];
  for (const name of ["rto", "rpo"] as const) {
    const step = stepFor(`objectives.${name}`, report);
    if (report.objectives[name].met === false && step !== null && !steps.includes(step)) steps.unshift(step);
  }
  if (report.target?.destroyed === false) {
    steps.unshift(
      "Destroy the copy by hand, now: it holds production's rows, and this run could not show that it is gone.",
    );
  }
  const numbered = [...new Set(steps)].map((step, index) => `${index + 1}. ${step}`);
  return [
    "## What to do next",
    "",
    ...(numbered.length > 0 ? numbered : ["Nothing. The next run comes by schedule."]),
    "",
  ];
}
