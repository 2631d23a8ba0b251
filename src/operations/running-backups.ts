import { z } from "zod";
import { readLog } from "../audit/read-log.ts";
import { IthacaError } from "../base/errors.ts";
import { tasks } from "../github/tasks.ts";
import type { RunningBackup } from "../notify/watch/judge.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";

const started = z.object({ run: z.object({ id: z.string(), url: z.string().nullable() }) });

/** Backups that the record says have begun since a moment, and that it says nothing more of. */
async function byRecord(reports: string, database: string, since: Date): Promise<RunningBackup[]> {
  const { entries } = await readLog(reports, database);
  const ended = new Set(entries.filter(({ status }) => status !== "started").map((entry) => entry.operation_id));
  return entries
    .filter(({ operation_type: type, status }) => type === "backup" && status === "started")
    .filter((entry) => !ended.has(entry.operation_id) && new Date(entry.performed_at) >= since)
    .map((entry) => {
      const parsed = started.safeParse(entry.details);
      const where = parsed.success ? (parsed.data.run.url ?? `run ${parsed.data.run.id}`) : "a run";
      return { since: new Date(entry.performed_at), where };
    });
}

/** Runs of the backup's workflow that GitHub says are not over. */
async function byGitHub(context: UseCaseContext, workflow: string, since: Date): Promise<RunningBackup[]> {
  const { GITHUB_TOKEN: token = "", GITHUB_REPOSITORY: repository = "" } = context.environment;
  if (token === "" || repository === "") return [];
  try {
    const { data } = await githubOf(context).ask(tasks.readRuns, (client, where) =>
      client.rest.actions.listWorkflowRuns({ ...where, workflow_id: workflow, per_page: 20 }),
    );
    return data.workflow_runs
      .filter(({ status, created_at: at }) => status !== "completed" && new Date(at) >= since)
      .map((run) => ({ since: new Date(run.run_started_at ?? run.created_at), where: run.html_url }));
  } catch (thrown) {
    if (!(thrown instanceof IthacaError) || thrown.kind === "interrupted") throw thrown;
    // The vault and the records still tell whether a backup has arrived; only why it has not stays open.
    context.progress.warn(`Whether a backup is running is not known: ${thrown.message}`);
    return [];
  }
}

/**
 * Backups of a database that began and have left no report yet, oldest first: by the record on this machine, and on
 * GitHub by the runs of the backup's workflow. That workflow takes the backups of all databases of a plan.
 */
export async function runningBackups(
  context: UseCaseContext,
  options: { reports: string; database: string; workflow: string; since: Date },
): Promise<RunningBackup[]> {
  const { reports, database, workflow, since } = options;
  const all = await Promise.all([byRecord(reports, database, since), byGitHub(context, workflow, since)]);
  return all.flat().sort((a, b) => a.since.getTime() - b.since.getTime());
}
