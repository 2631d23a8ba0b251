import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import { spellAmount } from "../base/spell.ts";
import type { GitHub } from "../github/client.ts";
import { readHead } from "../github/git-tree.ts";
import type { Voice } from "../github/incidents/body.ts";
import type { Fault } from "../github/incidents/fault.ts";
import { ofThePlan, sameFault } from "../github/incidents/marker.ts";
import { clear, type Raised, raise } from "../github/incidents/raise.ts";
import { closedIncidents, openIncidents } from "../github/incidents/read-incidents.ts";
import { BranchContents, localReportFiles } from "../github/report-files.ts";
import { clearOfKept, faultOfFailed, faultOfMissed } from "../github/schedule/faults.ts";
import { judgeSchedules, type Kept, type Missed } from "../github/schedule/judge.ts";
import { readSchedules, readSeenReports } from "../github/schedule/read-schedules.ts";
import { databasesOf, lastDue } from "../github/schedule/schedules.ts";
import { faultsOfReports } from "../github/schedule/unraised.ts";
import { loadPlan } from "../plan/parse.ts";
import type { Plan } from "../plan/schema.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";
import { clearPlanIssue, raisePlanIssue } from "./plan-issue.ts";
import { reportsFolder } from "./publish-reports.ts";
import { voiceOf } from "./raise-issue.ts";
import { reportsDirectory } from "./subject.ts";

/** What was found, and what became of it. */
export interface MissedRunsOutcome {
  readonly missed: readonly {
    /** Key of the plan's `schedule`. */
    readonly schedule: string;
    /** Null where it is the same for all databases. */
    readonly database: string | null;
    readonly how: Missed["how"];
    readonly due: string;
    readonly last_seen: string | null;
    readonly run: string | null;
  }[];
  readonly issues: readonly Raised[];
}

/** The plan; where it cannot be read, the issue of that is raised before the caller hears it. */
async function planOrIssue(context: UseCaseContext, github: GitHub, path: string): Promise<Plan> {
  try {
    return (await loadPlan(resolve(context.workingDirectory, path))).plan;
  } catch (thrown) {
    // Whatever GitHub says to the issue, what is wrong with the plan is what people must hear of.
    await raisePlanIssue(context, github, thrown).catch((error) => context.progress.warn(messageOf(error)));
    throw thrown;
  }
}

/**
 * Whether somebody has closed an issue that remembers a source of this fault: then it was told, and is ended. Where a person
 * has edited away what it remembers, its key must do.
 */
async function wasEnded(
  github: GitHub,
  fault: Fault,
  { since, isOf = (source) => source === fault.source.id }: { since: Date; isOf?: (source: string) => boolean },
): Promise<boolean> {
  return (await closedIncidents(github, since)).some(({ key, state }) =>
    state === null ? sameFault(key, fault.key) : state.sources.some(isOf),
  );
}

/** Raises the faults of reports that no issue tells of: GitHub did not take it when their run had found them. */
async function raiseUnraised(github: GitHub, faults: readonly Fault[], voice: Voice, now: Date): Promise<Raised[]> {
  const open = faults.length === 0 ? [] : await openIncidents(github);
  const raised: Raised[] = [];
  for (const fault of faults) {
    if (open.some(({ key }) => sameFault(key, fault.key))) continue;
    if (!(await wasEnded(github, fault, { since: fault.source.at })))
      raised.push(await raise(github, fault, voice, now));
  }
  return raised;
}

/** Raises what did not run, once for each time that it was due: who has closed it does not hear of it again. */
async function raiseMissed(github: GitHub, missed: readonly Missed[], voice: Voice, now: Date): Promise<Raised[]> {
  const raised: Raised[] = [];
  for (const each of missed) {
    const fault = faultOfMissed(each, databasesOf(each.scheduled, voice.plan), now);
    if (!(await wasEnded(github, fault, { since: each.due }))) raised.push(await raise(github, fault, voice, now));
  }
  return raised;
}

/** Raises the runs that failed before they could say so, such as where GitHub gave them no checkout. */
async function raiseFailed(github: GitHub, kept: readonly Kept[], voice: Voice, now: Date): Promise<Raised[]> {
  const raised: Raised[] = [];
  for (const { run, ...each } of kept) {
    // Whoever started one by hand has seen it end.
    if (run?.conclusion !== "failure" || !run.ofAll) continue;
    const fault = faultOfFailed({ ...each, run }, databasesOf(each.scheduled, voice.plan));
    // Under whatever key: what became of its reports is one of its own, and a plan that cannot be read ends every run.
    const isOf = (source: string) => source.endsWith(` ${run.id}`);
    const told = (await openIncidents(github)).some(
      ({ key, state }) => sameFault(key, fault.key) || sameFault(key, ofThePlan) || state?.sources.some(isOf) === true,
    );
    if (!told && !(await wasEnded(github, fault, { since: run.at, isOf })))
      raised.push(await raise(github, fault, voice, now));
  }
  return raised;
}

/**
 * Looks whether every schedule of the plan did what it should have by now: GitHub starts runs late, drops them, and switches
 * schedules off; and a run may be cut off before it could say anything. What is missing becomes an issue, once for each
 * time that it was due; what has run again closes it. Any workflow may ask, on behalf of all others. A fault that a report
 * tells of and no issue does, because GitHub took none when it was found, gets its issue here.
 *
 * Judged by the reports on their branch and by the runs that GitHub knows of. A schedule whose workflow this repository
 * does not have, and that never left a report, is not expected to run. A plan that cannot be read has an issue of its own:
 * then no schedule does anything.
 *
 * @throws input: the plan, after its issue was raised
 * @throws surroundings: GitHub could not be asked; the job needs `actions: read`, `contents: read` and `issues: write`
 */
export async function missedRuns(
  context: UseCaseContext,
  options: { readonly plan: string },
): Promise<MissedRunsOutcome> {
  const github = githubOf(context);
  const plan = await planOrIssue(context, github, options.plan);
  return await context.progress.step("Look for runs that did not happen", async (note) => {
    const now = context.clock.now();
    const databases = Object.keys(plan.databases);
    const voice = await voiceOf(context, github, plan);
    const facts = await readSchedules(github, plan, now);
    const folder = reportsFolder(context, plan);
    const head = await readHead(github, voice.branch, folder);
    const contents = new BranchContents(github, await localReportFiles(reportsDirectory(context, plan)));
    const since = new Map(
      facts.flatMap(({ scheduled, line }) => scheduled.kinds.map((kind) => [kind, lastDue(scheduled, line, now)])),
    );
    const reports = await readSeenReports(head, contents, { folder, databases, since });
    const { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt = "1" } = context.environment;
    const ownRun = run === undefined ? null : `${run}-${attempt}`;
    const { missed, kept } = judgeSchedules(facts, { reports, now, ownRun });

    const issues: Raised[] = await raiseUnraised(github, faultsOfReports(reports), voice, now);
    issues.push(...(await raiseMissed(github, missed, voice, now)));
    issues.push(...(await raiseFailed(github, kept, voice, now)));
    const open = new Set((await openIncidents(github)).map(({ key }) => `${key.database}/${key.family}`));
    if (open.has(`${ofThePlan.database}/${ofThePlan.family}`))
      issues.push(...(await clearPlanIssue(context, github, voice)));
    for (const allClear of kept.flatMap((each) => clearOfKept(each, databasesOf(each.scheduled, plan)))) {
      // Most of the time nothing is open, and nothing has to be asked.
      const concerned = allClear.families.some((family) => open.has(`${allClear.database}/${family}`));
      if (concerned) issues.push(...(await clear(github, allClear, voice, now)));
    }
    note(missed.length === 0 ? "none is missing" : `${spellAmount(missed.length, "schedule")} not kept`);
    return { missed: missed.map(plainly), issues };
  });
}

function plainly({ scheduled, database, how, due, lastSeen, run }: Missed): MissedRunsOutcome["missed"][number] {
  return {
    schedule: scheduled.name,
    database,
    how,
    due: due.toISOString(),
    last_seen: lastSeen?.toISOString() ?? null,
    run: run?.url ?? null,
  };
}
