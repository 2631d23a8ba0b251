import type { ProofReport } from "../model.ts";

/** A command line for this database, and for this backup where the command takes one, safe inside a code span. */
export function command(
  report: ProofReport,
  name: "backup" | "diff" | "prove",
  of: "this" | "newest" = "this",
): string {
  const takesBackup = name !== "backup" && of === "this" && report.backup !== null;
  const backup = takesBackup ? ` --backup ${report.backup?.id}` : "";
  // A name that could end the code span or the cell is no name of a plan; it is not repeated.
  const line = `npm run ithaca -- ${name} --database ${report.database}${backup}`.replaceAll(/[^\w :./-]/g, "?");
  return `\`${line}\``;
}

const seeDifferences = (report: ProofReport): string =>
  `See on your own terminal which rows and definitions differ: ${command(report, "diff")}.`;

/** What to do first when a check failed, by the beginning of its id; the longest that fits is taken. */
const firstSteps: Readonly<Record<string, (report: ProofReport) => string>> = {
  "backup.": () =>
    "Treat the vault as damaged or tampered with until shown otherwise: run `npm run ithaca -- check`, find out who had access, and compare the digest below with the audit log.",
  "restore.": () =>
    "Read the [restore errors](#restore-errors). Mend their cause in production; an error that is acceptable gets an exception in the plan, with reason, owner and last day.",
  "data.": seeDifferences,
  "definitions.": seeDifferences,
  "smoke.": seeDifferences,
  "sequences.": () =>
    "Before anybody inserts into a restored database, set the sequences that the findings name, or new rows collide with old keys.",
  "large_objects.": () =>
    "Find out which large objects differ before a recovery relies on them; the findings say more.",
  "roles.": () =>
    "See whether production shows the same: the findings name who sees too much or too little of what. If only the copy does, look at the differing policies, functions and grants among the definitions; restore nothing from this backup until it is understood.",
  "constraints.": () =>
    "Find the rows that break a constraint in production too: a foreign key that calls itself valid proves nothing after a load. Mend them there.",
  "constraints.uniques": () =>
    "Look for the doubled keys in production: an index that was damaged, or built under another collation, lets them in. Remove the surplus rows there, then `REINDEX`.",
  "physical.": () =>
    "Prove the backup again on another machine: it holds rows, no pages, so a copy that is sound there puts the fault in this machine's disk or memory.",
  "plausibility.": () =>
    "See whether production has lost what the findings name, before older backups are thrown away: one of them still has it. A loss that was meant gets an exception in the plan, with reason, owner and last day.",
  "isolation.": () =>
    "Restore nowhere until it is sure that the target is not production; the check says what could not be shown.",
  "copy.silence": () =>
    "Let the app's tests run nowhere until it is silent there: the findings name what could call somebody from a copy of production.",
  "plan.freshness": () =>
    "See whether the application still writes: the newest row is older than the plan allows. If production has newer ones, the backup is of the wrong database.",
  "plan.orphans": () =>
    "Look for the orphaned rows in production: a faithful copy has what its source has. Mend them there and add the missing foreign key.",
  "plan.rls_enabled": () =>
    "See whether row level security is off in production too, and turn it on there now: without it every signed-in user reads every row. The findings name the tables.",
  "plan.record_counts": () =>
    "See which critical tables are missing or have lost rows, and whether production has lost them too.",
  "team.": () =>
    "Read the rule's own file in the plan's folder of checks: the name of the check is its name. Mend the rows that break it in production.",
  "objectives.rto": () =>
    "A recovery takes longer than the plan promises: see [where the time went](#where-the-time-went), give it a larger machine or more jobs, or promise less.",
  "objectives.rpo": (report) =>
    `The newest backup is older than the plan promises: take one now with ${command(report, "backup")}, and find out why the schedule did not.`,
  "plan.exceptions": () =>
    "Take expired and unused exceptions out of the plan, or give them a new last day if they are still needed.",
};

/** The first step for a failed check, or null where there is none of its own. */
export function firstStep(checkId: string, report: ProofReport): string | null {
  const prefixes = Object.keys(firstSteps).filter((prefix) => checkId.startsWith(prefix));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? null : (firstSteps[longest]?.(report) ?? null);
}
