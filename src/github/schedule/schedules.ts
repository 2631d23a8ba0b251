import { lastFiring, standsForMonth } from "../../plan/firing.ts";
import { promisesPoints } from "../../plan/own-log.ts";
import type { DatabasePlan, Plan } from "../../plan/schema.ts";

export type ScheduleName = keyof Plan["schedule"];

/** What a schedule of the plan is for, and how one sees that it ran. */
export interface Scheduled {
  readonly name: ScheduleName;
  /** For people, after "the": `weekly proof`. */
  readonly title: string;
  /** Kinds of the reports that it leaves, for each database; none where only the run itself shows it. */
  readonly kinds: readonly string[];
  /** The family of its faults; see `src/github/incidents/of-report.ts`. */
  readonly family: string;
  /** Where the cron line is weekly, only the last one of each month counts. */
  readonly lastOfMonth?: boolean;
  /** Which databases it is for; all of them without it. */
  readonly isFor?: (database: DatabasePlan) => boolean;
}

/** Every schedule of the plan. */
export const schedules: readonly Scheduled[] = [
  { name: "backup", title: "nightly backup", kinds: ["backup"], family: "backup" },
  { name: "watch", title: "watch over the nightly backup", kinds: ["watch"], family: "watch" },
  { name: "verify", title: "daily check of the backups", kinds: ["check"], family: "check" },
  { name: "prove", title: "weekly proof", kinds: ["weekly"], family: "proof" },
  { name: "rehearse", title: "monthly rehearsal", kinds: ["monthly"], family: "rehearsal", lastOfMonth: true },
  { name: "drill", title: "quarterly drill", kinds: ["drill-report"], family: "drill" },
  {
    name: "point_in_time",
    title: "rehearsal of a point in time",
    kinds: ["point-in-time"],
    family: "point-in-time",
    isFor: promisesPoints,
  },
  { name: "retain", title: "removal of old backups", kinds: [], family: "retain" },
  { name: "escalate", title: "escalation of open incidents", kinds: [], family: "escalation" },
];

/** The plan's names of the databases that a schedule is for. */
export function databasesOf({ isFor = () => true }: Scheduled, plan: Plan): string[] {
  return Object.entries(plan.databases).flatMap(([name, database]) => (isFor(database) ? [name] : []));
}

/** GitHub starts scheduled runs late, by hours at worst, and a job may run for hours: earlier nobody is alarmed. */
export const grace = 6 * 3600 * 1000;

/**
 * When a schedule was last due so long ago that it must have left something by now. A run is judged by this moment and
 * never by the one it began at: late starts cross midnight.
 */
export function lastDue({ lastOfMonth }: Scheduled, line: string, now: Date): Date {
  let due = lastFiring(line, new Date(now.getTime() - grace));
  while (lastOfMonth === true && !standsForMonth(line, due)) due = lastFiring(line, new Date(due.getTime() - 60_000));
  return due;
}

/**
 * The workflow of a schedule by its file's name, which begins with the schedule's: `prove-weekly.yml` is that of `prove`,
 * `point-in-time.yml` that of `point_in_time`.
 */
export function isWorkflowOf({ name }: Scheduled, path: string): boolean {
  const file = path.split("/").at(-1) ?? "";
  return new RegExp(`^${name.replaceAll("_", "-")}([.-].*)?\\.ya?ml$`).test(file) || file === `${name}.yml`;
}
