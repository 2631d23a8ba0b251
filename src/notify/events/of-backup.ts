import { spellInstant, spellSeconds } from "../../base/spell.ts";
import { lastFiring } from "../../plan/firing.ts";
import type { Plan } from "../../plan/schema.ts";
import type { BackupReport, WatchReport } from "../../report/model.ts";
import { watchStep } from "../../report/sections/watch-steps.ts";
import { successSubject } from "../subjects.ts";
import { backupFacts, dayOf, findingLines, gravest, runFacts } from "./parts.ts";
import type { Situation } from "./types.ts";

/*
 * The backup of a day is one topic, whether its own run tells of it or the watch does: who heard of it from the one need
 * not hear of it from the other.
 */

/** Clocks differ, and a scheduler may be a moment early. */
const slack = 5 * 60_000;

/** The moment at which a backup that began then was due. */
export function dueAt(plan: Plan, began: Date): Date {
  return lastFiring(plan.schedule.backup, new Date(began.getTime() + slack));
}

/** From when on a backup counts for the moment at which it was due. */
export function countsFrom(due: Date): Date {
  return new Date(due.getTime() - slack);
}

/** The topic of the backup of a day. */
export const dailyBackup = { topic: "backup", title: "Daily backup", urgent: true } as const;

/** What the record of a backup means. */
export function ofBackup(report: BackupReport, plan: Plan): Situation {
  const { run, backup, verdict, reason, database } = report;
  const due = dueAt(plan, new Date(run.started_at));
  const seconds = (Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000;
  const limit = plan.alerts.backup_longer_than;
  const state = verdict !== "taken" || backup === null ? "bad" : seconds > limit ? "slow" : "good";
  const took = `took ${spellSeconds(seconds)}, and the plan allows ${spellSeconds(limit)}`;
  // Before the watch of that day has looked, the message of every day is the watch's.
  const watched = lastFiring(plan.schedule.watch, new Date(run.finished_at)) >= due;
  return {
    ...dailyBackup,
    database,
    day: dayOf(due),
    at: run.finished_at,
    state,
    goodNews: watched && backup !== null ? successSubject(plan, database, backup) : null,
    lead: {
      bad: `The backup of ${database} that was due ${spellInstant(due.toISOString())} failed: there is no new backup.`,
      slow: `The backup of ${database} is there, but it ${took}.`,
      good: `The backup of ${database} is in the vault; it took ${spellSeconds(seconds)}.`,
    }[state],
    findings: reason === "" ? [] : [reason],
    firstStep: {
      bad: `Mend what the finding names, then take a backup at once: npm run ithaca -- backup --database ${database}`,
      slow: "See in the run what took so long: a lock that it waited for, a table that has grown, a slow upload.",
      good: null,
    }[state],
    facts: [...(backup === null ? [] : backupFacts(backup)), ...runFacts(report)],
    run,
    report: report.report.markdown,
  };
}

/** What the watch's report means. */
export function ofWatch(report: WatchReport, plan: Plan): Situation {
  const { run, backup, verdict, database, checks } = report;
  const due = spellInstant(report.due);
  const [state, lead] = {
    proven: ["good", `The backup of ${database} that was due ${due} has arrived, whole and in time.`] as const,
    failed: ["bad", `The backup of ${database} that was due ${due} is not as it must be.`] as const,
    inconclusive: [
      "unclear",
      `Nobody can tell whether the backup of ${database} that was due ${due} has arrived.`,
    ] as const,
  }[verdict];
  const first = gravest(checks);
  // What is there and merely took too long is judged as its own run judges it.
  const onlySlow = checks.every(({ id, status }) => status === "passed" || id === "watch.in_time");
  return {
    ...dailyBackup,
    database,
    day: dayOf(report.due),
    at: run.finished_at,
    state: state === "bad" && onlySlow && backup !== null ? "slow" : state,
    goodNews: backup === null ? null : successSubject(plan, database, backup),
    lead,
    findings: findingLines(checks),
    firstStep: first === undefined ? null : watchStep(first),
    facts: [...(backup === null ? [] : backupFacts(backup)), ...runFacts(report)],
    run,
    report: report.report.markdown,
  };
}
