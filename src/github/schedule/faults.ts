import { spellInstant } from "../../base/spell.ts";
import { prose } from "../../report/escape.ts";
import type { AllClear, Fault, Source } from "../incidents/fault.ts";
import { signatureOf } from "../incidents/fault.ts";
import type { Kept, Missed, SeenRun } from "./judge.ts";

/*
 * What did not run, as a fault. A backup that was not taken is the same fault whether its workflow failed or never
 * started. Everything else that never started has a family of its own, `missed:<schedule>`, which the next run mends
 * whatever it finds; a run that was cut off is a fault of what it should have done.
 */

function familyOf({ scheduled, how }: Missed): string {
  if (scheduled.name === "backup" || how === "cut_off") return scheduled.family;
  return `missed:${scheduled.name}`;
}

function titleOf({ scheduled: { title }, how, run, lastSeen }: Missed): string {
  if (how === "disabled") return `the workflow of the ${title} is switched off`;
  if (how === "cut_off") {
    // A run that came to an end, good or bad, was not cut off: GitHub may have given it no checkout.
    const ended = run?.conclusion === "success" || run?.conclusion === "failure";
    return ended ? `the ${title} left no report` : `the ${title} was cut off`;
  }
  return `no ${title} ${lastSeen === null ? "so far" : `since ${lastSeen.toISOString().slice(0, 10)}`}`;
}

function leadOf(missed: Missed, databases: readonly string[]): string {
  const { scheduled, how, due, lastSeen, run } = missed;
  const whose = (missed.database === null ? databases : [missed.database]).map((name) => prose(name)).join(", ");
  const last = lastSeen === null ? "" : ` It ran last on ${lastSeen.toISOString().slice(0, 10)}.`;
  if (how === "disabled") {
    return `**Nobody starts the ${scheduled.title} any more** (${whose}): its workflow is switched off.${last}`;
  }
  if (how === "missed") {
    return `**The ${scheduled.title} of ${whose} was due ${spellInstant(due.toISOString())} and did not run.**${last}`;
  }
  const ending = run?.conclusion === null || run === null ? "nobody knows how" : run.conclusion.replaceAll("_", " ");
  return `**The ${scheduled.title} of ${whose} began and left no report** (its run ended: ${prose(ending)}). What it should have shown is not known.${last}`;
}

function stepsOf({ how, workflow, run }: Missed): string[] {
  const page = workflow === null ? "its workflow" : `[the workflow](${workflow.url})`;
  const start = `Start ${page} by hand: *Run workflow*.`;
  if (how === "cut_off") return [`Find out in [the log](${run?.url ?? ""}) why the run ended.`, start];
  const whyOff =
    "GitHub switches schedules off after 60 days without a commit in a public repository, and in every fork";
  if (how === "disabled") return [`Switch ${page} on again: *Enable workflow*. ${whyOff}.`, start];
  return [
    start,
    "See whether GitHub had trouble then (https://www.githubstatus.com/history): schedules are dropped when it is busy.",
    `See that the schedule still stands in the workflow's file on the default branch. ${whyOff}.`,
  ];
}

/** A moment after which a run is evidence that the fault is gone; a run may begin in the very moment that it was due. */
function since({ how, due, run }: Missed, now: Date): Date {
  if (how === "disabled") return now;
  return how === "cut_off" && run !== null ? run.at : new Date(due.getTime() - 1);
}

/** What did not run, as a fault that an issue is opened for. */
export function faultOfMissed(missed: Missed, databases: readonly string[], now: Date): Fault {
  const { scheduled, how, due, run } = missed;
  const family = familyOf(missed);
  const source: Source = {
    // Once for each time that it was due, however often it is looked at.
    id: run === null ? `${how} ${scheduled.name} ${due.toISOString()}` : `${family} ${run.id}`,
    at: since(missed, now),
    backupAt: null,
    runUrl: run?.url ?? null,
    reportPath: null,
  };
  return {
    key: { database: missed.database ?? databases[0] ?? "", family },
    verdict: "inconclusive",
    title: titleOf(missed),
    section: scheduled.name === "backup" ? "backup-missing" : "run-missed",
    lead: leadOf(missed, databases),
    steps: stepsOf(missed),
    details: [],
    signature: signatureOf(how, scheduled.name),
    source,
  };
}

/**
 * A run of a schedule that leaves no report, which failed: it says so itself where it comes to the step that does. One that
 * could not even check the repository out does not.
 */
export function faultOfFailed(
  { scheduled, run }: Kept & { readonly run: SeenRun },
  databases: readonly string[],
): Fault {
  const { title, family, name } = scheduled;
  return {
    key: { database: databases[0] ?? "", family },
    verdict: "inconclusive",
    title: `the ${title} failed`,
    section: "run-missed",
    lead: `**The ${title} failed before it could say why.** No issue tells of that run.`,
    steps: [`Find out in [the log](${run.url}) why it failed.`, "Start the workflow again, by hand."],
    details: [],
    signature: signatureOf("failed", name),
    source: { id: `${family} ${run.id}`, at: run.at, backupAt: null, runUrl: run.url, reportPath: null },
  };
}

/** What a schedule that was kept shows to be mended. */
export function clearOfKept(kept: Kept, databases: readonly string[]): AllClear[] {
  const { scheduled, run, reportPath, at } = kept;
  // Where reports say how it went, they close what they show to be well; here it only counts that it ran.
  // One that a person started may have been of one database, or only have shown what it would do.
  const done = run?.conclusion === "success" && run.ofAll;
  const families = [`missed:${scheduled.name}`, ...(done ? [scheduled.family] : [])];
  const source: Source = { id: `kept ${scheduled.name}`, at, backupAt: null, runUrl: run?.url ?? null, reportPath };
  const lead = `The ${scheduled.title} has run again.`;
  return (kept.database === null ? databases : [kept.database]).map((database) => ({
    database,
    families,
    lead,
    source,
  }));
}
