import { dayLength } from "../../base/calendar.ts";
import type { Plan } from "../../plan/schema.ts";
import type { EvidenceFile } from "../../report/chain/types.ts";
import { reportsAmong } from "../../report/index-page.ts";
import type { GitHub } from "../client.ts";
import type { BranchHead } from "../git-tree.ts";
import type { BranchContents } from "../report-files.ts";
import { tasks } from "../tasks.ts";
import type { ScheduleFacts, SeenReport, SeenRun, SeenWorkflow } from "./judge.ts";
import { databasesOf, isWorkflowOf, lastDue, schedules } from "./schedules.ts";

/** Runs of each workflow that are looked at: those of a night or two, also of one that runs every half hour. */
const mostRuns = 100;

interface ListedWorkflow {
  readonly id: number;
  readonly path: string;
  readonly html_url: string;
  readonly state: string;
  readonly created_at: string;
}

/**
 * What GitHub knows of the workflows that the plan's schedules are kept by. Those that the plan has no database for are not
 * among them: their runs have nothing to do, or are switched off, and nobody misses them.
 */
export async function readSchedules(github: GitHub, plan: Plan, now: Date): Promise<ScheduleFacts[]> {
  const listed = await github.ask(tasks.readRuns, (client, where) =>
    client.paginate(client.rest.actions.listRepoWorkflows, { ...where, per_page: 100 }),
  );
  const workflows = listed.filter(({ state }) => state !== "deleted");
  const facts: ScheduleFacts[] = [];
  for (const scheduled of schedules) {
    const databases = databasesOf(scheduled, plan);
    if (databases.length === 0) continue;
    const line = plan.schedule[scheduled.name];
    const workflow = workflows.find(({ path }) => isWorkflowOf(scheduled, path));
    const due = lastDue(scheduled, line, now);
    facts.push({
      scheduled,
      line,
      databases,
      workflow: workflow === undefined ? null : await readWorkflow(github, workflow, due),
    });
  }
  return facts;
}

async function readWorkflow(github: GitHub, workflow: ListedWorkflow, since: Date): Promise<SeenWorkflow> {
  const list = async (which: { created?: string; per_page: number }) => {
    const { data } = await github.ask(tasks.readRuns, (client, where) =>
      client.rest.actions.listWorkflowRuns({ ...where, workflow_id: workflow.id, ...which }),
    );
    return data.workflow_runs;
  };
  const young = await list({ created: `>=${since.toISOString().replace(/\.\d+Z$/, "Z")}`, per_page: mostRuns });
  // Where none began since, the last one there was tells how long it has been.
  const listed = young.length > 0 ? young : await list({ per_page: 1 });
  const runs = listed.map(
    (run): SeenRun => ({
      id: `${run.id}-${run.run_attempt ?? 1}`,
      at: new Date(run.run_started_at ?? run.created_at),
      conclusion: run.status === "completed" ? run.conclusion : null,
      ofAll: run.event !== "workflow_dispatch",
      url: run.html_url,
    }),
  );
  const { path, html_url, state, created_at } = workflow;
  return { path, url: html_url, active: state === "active", since: new Date(created_at), runs };
}

const reportName = /^(\d{4})\/(\d{2})\/(\d{2})-([a-z]+)-(.+)\.json$/;
const longestFirst = (names: Iterable<string>) => [...names].sort((a, b) => b.length - a.length);

/**
 * What a report's name says: its day, kind and database (see `src/report/write.ts`); null where it is none's.
 *
 * @param known.kinds those that matter: of others, which may have a dash within them, the first word is given
 */
function ofName(path: string, below: string, known: { databases: string[]; kinds: string[] }): SeenReport | null {
  const [, year, month, day, word, rest] = reportName.exec(below) ?? [];
  if (word === undefined || rest === undefined) return null;
  // `drill-report` is another kind than `drill`.
  const kind = longestFirst(known.kinds).find((each) => `${word}-${rest}`.startsWith(`${each}-`)) ?? word;
  // Of `my-shop` and `shop` the longer name counts; behind it may stand a number or a digest.
  const database = longestFirst(known.databases).find((name) =>
    new RegExp(`-${name}(-(\\d+|[0-9a-f]{12}))?$`).test(rest),
  );
  if (database === undefined) return null;
  const at = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return { database, kind, at, path: path.replace(/\.json$/, ".md"), content: null };
}

/** Reports whose contents are fetched at most: GitHub lets the runs of a repository ask for a thousand things in an hour. */
const mostRead = 200;

/**
 * The reports of a branch: of those that may have come since it mattered the moment at which the run began, of older ones
 * the day. Where many databases have more of them than are fetched, those count as of the end of their day: a report of
 * the day on which it was due is nearly always that of the run that was due, and one for each database is no alarm.
 *
 * @param since from when on the moment matters, by the reports' kind
 */
export async function readSeenReports(
  head: BranchHead,
  contents: Pick<BranchContents, "read">,
  { folder, databases, since }: { folder: string; databases: readonly string[]; since: ReadonlyMap<string, Date> },
): Promise<SeenReport[]> {
  const below = (path: string) => path.slice(folder.length + 1);
  const named = [...head.files.keys()].flatMap((path) => {
    const seen = ofName(path, below(path), { databases: [...databases], kinds: [...since.keys()] });
    return seen === null ? [] : [{ path, seen }];
  });
  const dayOf = (at: Date) => at.toISOString().slice(0, 10);
  const isYoung = ({ seen }: { seen: SeenReport }) => {
    const from = since.get(seen.kind);
    return from !== undefined && dayOf(seen.at) >= dayOf(from);
  };
  const young = named.filter(isYoung).map(({ path }) => path);
  const files = await contents.read(head, young.sort().reverse(), mostRead);
  const read = files.flatMap(({ path, bytes }): SeenReport[] => {
    const file: EvidenceFile = { path: below(path), bytes };
    return reportsAmong([file]).map((content) => ({
      database: content.database,
      kind: content.kind,
      at: new Date(content.run.started_at),
      path: path.replace(/\.json$/, ".md"),
      content,
    }));
  });
  const fetched = new Set(files.map(({ path }) => path));
  const byName = named.flatMap((each): SeenReport[] => {
    if (!isYoung(each)) return [each.seen];
    if (fetched.has(each.path)) return [];
    return [{ ...each.seen, at: new Date(each.seen.at.getTime() + dayLength - 1) }];
  });
  return [...read, ...byName];
}
