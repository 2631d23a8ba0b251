import { dayLength } from "../../base/calendar.ts";
import { standsForMonth } from "../../plan/firing.ts";
import type { AnyReport } from "../../report/model.ts";
import { grace, lastDue, type Scheduled } from "./schedules.ts";

/** A run of a workflow. */
export interface SeenRun {
  /** As reports name it: the run's number and its attempt, `8812-1`. */
  readonly id: string;
  readonly at: Date;
  /** How it ended; null while it runs. */
  readonly conclusion: string | null;
  /** Whether it was of every database of the plan: one that a person started may have been of a single one. */
  readonly ofAll: boolean;
  readonly url: string;
}

/** A workflow of the repository with its newest runs. */
export interface SeenWorkflow {
  readonly path: string;
  /** Its page. */
  readonly url: string;
  readonly active: boolean;
  /** Since when it exists. */
  readonly since: Date;
  readonly runs: readonly SeenRun[];
}

/** A report, as far as it shows that something ran. */
export interface SeenReport {
  readonly database: string;
  readonly kind: string;
  /** When its run began; of older ones only the day counts. */
  readonly at: Date;
  /** Its markdown, from the root of the repository. */
  readonly path: string;
  /** What it says; null where only its name was looked at. */
  readonly content: AnyReport | null;
}

/** What is known about one schedule. */
export interface ScheduleFacts {
  readonly scheduled: Scheduled;
  /** The plan's cron line. */
  readonly line: string;
  /** Databases of the plan that it is for. */
  readonly databases: readonly string[];
  /** Null where no workflow of the repository is this schedule's. */
  readonly workflow: SeenWorkflow | null;
}

/** What did not run, or not to its end. */
export interface Missed {
  readonly scheduled: Scheduled;
  /** Null where it is the same for all databases. */
  readonly database: string | null;
  readonly how: "missed" | "disabled" | "cut_off";
  readonly due: Date;
  /** When it ran last; null where that is not known. */
  readonly lastSeen: Date | null;
  readonly workflow: SeenWorkflow | null;
  /** The run that was cut off. */
  readonly run: SeenRun | null;
}

/** What shows that a schedule was kept. */
export interface Kept {
  readonly scheduled: Scheduled;
  readonly database: string | null;
  readonly at: Date;
  /** The run that showed it, or the report. */
  readonly run: SeenRun | null;
  readonly reportPath: string | null;
}

/** A schedule is kept, missed, or neither: not set up, or not yet due. */
export interface Judgement {
  readonly missed: readonly Missed[];
  readonly kept: readonly Kept[];
}

/** Endings after which a run cannot have done its work. */
const cutShort = new Set(["cancelled", "timed_out", "startup_failure", "stale", "action_required"]);

const newestFirst = (a: { at: Date }, b: { at: Date }) => b.at.getTime() - a.at.getTime();

/**
 * Says which schedules left nothing although they should have by now. Pure: everything that is known comes in.
 *
 * @param facts one for each schedule of the plan
 * @param reports of all databases, any order
 * @param ownRun the run that asks, which cannot have ended yet
 */
export function judgeSchedules(
  facts: readonly ScheduleFacts[],
  { reports, now, ownRun }: { reports: readonly SeenReport[]; now: Date; ownRun: string | null },
): Judgement {
  const missed: Missed[] = [];
  const kept: Kept[] = [];
  for (const each of facts) {
    const { scheduled, line, databases, workflow } = each;
    const due = lastDue(scheduled, line, now);
    // Of a schedule that comes every week and is meant once a month, the other weeks' runs have nothing to do.
    const meant = ({ at, ofAll }: SeenRun) => scheduled.lastOfMonth !== true || !ofAll || standsForMonth(line, at);
    const runs = (workflow?.runs ?? []).filter((run) => run.id !== ownRun && meant(run)).sort(newestFirst);
    if (workflow !== null && !workflow.active) {
      const lastSeen = runs[0]?.at ?? null;
      missed.push({ scheduled, database: null, how: "disabled", due, lastSeen, workflow, run: null });
      continue;
    }
    const since = { scheduled, due, workflow, runs: runs.filter(({ at }) => at >= due), now, lastRun: runs[0] ?? null };
    const ofIt = reports.filter(({ kind }) => scheduled.kinds.includes(kind)).sort(newestFirst);
    const verdicts =
      scheduled.kinds.length === 0
        ? [judgeByRuns(since)]
        : databases.map((database) =>
            judgeByReports(since, {
              database,
              alone: databases.length === 1,
              ofIt: ofIt.filter((report) => report.database === database),
              begun: begunAt(database, reports, workflow),
            }),
          );
    for (const verdict of together(verdicts)) {
      if (verdict !== null && "how" in verdict) missed.push(verdict);
      else if (verdict !== null) kept.push(verdict);
    }
  }
  return { missed, kept };
}

/**
 * Since when a database is looked after: since its first report, or, where nothing ever ran, since there is a workflow.
 * One that others have reports beside is new in the plan, and nothing was due for it.
 */
function begunAt(database: string, reports: readonly SeenReport[], workflow: SeenWorkflow | null): Date | null {
  if (reports.length === 0) return workflow?.since ?? null;
  const own = reports.filter((report) => report.database === database).sort(newestFirst);
  const first = own.at(-1);
  if (first === undefined) return null;
  // Of one whose name alone was looked at only the day is known: it was not looked after before that had ended.
  return first.content === null ? new Date(first.at.getTime() + dayLength) : first.at;
}

interface Since {
  readonly scheduled: Scheduled;
  readonly due: Date;
  readonly workflow: SeenWorkflow | null;
  /** Runs since it was due, the newest first. */
  readonly runs: readonly SeenRun[];
  readonly lastRun: SeenRun | null;
  readonly now: Date;
}

/** A run that is on its way, or waits: GitHub ends every job after six hours. */
function isUnderWay({ runs, now }: Since): boolean {
  return runs.some(({ conclusion, at }) => conclusion === null && now.getTime() - at.getTime() < grace);
}

/** For schedules that leave no report. A run that failed has said so itself. */
function judgeByRuns(since: Since): Missed | Kept | null {
  const { scheduled, due, workflow, runs, lastRun } = since;
  if (workflow === null || workflow.since > due || isUnderWay(since)) return null;
  const common = { scheduled, database: null };
  const ended = runs.find(({ conclusion }) => conclusion !== null && !cutShort.has(conclusion));
  if (ended !== undefined) return { ...common, at: ended.at, run: ended, reportPath: null };
  const run = runs[0] ?? null;
  const how = run === null ? ("missed" as const) : ("cut_off" as const);
  return { ...common, how, due, lastSeen: lastRun?.at ?? null, workflow, run };
}

/** For schedules that leave a report of each database: that alone shows that it was done. */
function judgeByReports(
  since: Since,
  {
    database,
    alone,
    ofIt,
    begun,
  }: { database: string; alone: boolean; ofIt: readonly SeenReport[]; begun: Date | null },
): Missed | Kept | null {
  const { scheduled, due, workflow } = since;
  // Nobody can tell whether a run of a single database was of this one, unless there is no other.
  const runs = since.runs.filter(({ ofAll }) => ofAll || alone);
  const [newest] = ofIt;
  const common = { scheduled, database };
  if (newest !== undefined && newest.at >= due) {
    // A later run that left nothing was cut off, whatever an earlier one did.
    const cut = runs.find(({ conclusion, at }) => cutShort.has(conclusion ?? "") && at > newest.at);
    if (cut === undefined) return { ...common, at: newest.at, run: null, reportPath: newest.path };
    return { ...common, how: "cut_off", due, lastSeen: newest.at, workflow, run: cut };
  }
  if (isUnderWay(since)) return null;
  // Not set up, set up since, or a database that is new in the plan.
  const expected = workflow === null ? newest !== undefined : workflow.since <= due;
  if (!expected || begun === null || begun > due) return null;
  const lastSeen = newest?.at ?? null;
  // The first of them is the one that should have done it.
  const [empty] = runs.filter(({ conclusion }) => conclusion !== null).reverse();
  if (empty !== undefined) return { ...common, how: "cut_off", due, lastSeen, workflow, run: empty };
  return { ...common, how: "missed", due, lastSeen, workflow, run: null };
}

/** What is missing for every database is one fault and not one for each. */
function together(verdicts: readonly (Missed | Kept | null)[]): (Missed | Kept | null)[] {
  const [first] = verdicts;
  if (first === null || first === undefined || !("how" in first) || verdicts.length < 2) return [...verdicts];
  const same = verdicts.every(
    (verdict) => verdict !== null && "how" in verdict && verdict.how === first.how && verdict.run?.id === first.run?.id,
  );
  return same ? [{ ...first, database: null }] : [...verdicts];
}
