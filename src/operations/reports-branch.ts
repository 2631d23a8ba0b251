import { relative, resolve } from "node:path";
import { IthacaError } from "../base/errors.ts";
import type { GitHub } from "../github/client.ts";
import { branchExists, readHead } from "../github/git-tree.ts";
import { BranchContents } from "../github/report-files.ts";
import { readRepository } from "../github/repository.ts";
import type { Plan } from "../plan/schema.ts";
import { isBackup } from "../report/history.ts";
import { reportsAmong } from "../report/index-page.ts";
import type { BackupReport } from "../report/model.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";
import { reportsDirectory } from "./subject.ts";

/** Where the reports are published. */
export interface ReportsBranch {
  readonly github: GitHub;
  readonly branch: string;
  /** From the root of the repository. */
  readonly folder: string;
}

/**
 * Asks something of the branch that reports are published to: this machine's checkout is as old as what started the run.
 *
 * @param unknown what is not known where GitHub cannot be asked, which is a warning then
 * @returns null outside of GitHub, and where GitHub could not be asked
 */
export async function askReportsBranch<T>(
  context: UseCaseContext,
  plan: Plan,
  unknown: string,
  ask: (where: ReportsBranch) => Promise<T>,
): Promise<T | null> {
  const { GITHUB_TOKEN: token = "", GITHUB_REPOSITORY: repository = "", GITHUB_WORKSPACE: root } = context.environment;
  if (token === "" || repository === "") return null;
  try {
    const github = githubOf(context);
    const branch = plan.reports.branch ?? (await readRepository(github)).defaultBranch;
    const folder = relative(resolve(root || context.workingDirectory), reportsDirectory(context, plan));
    return await ask({ github, branch, folder });
  } catch (thrown) {
    if (!(thrown instanceof IthacaError) || thrown.kind === "interrupted") throw thrown;
    context.progress.warn(`${unknown}: ${thrown.message}`);
    return null;
  }
}

/** Records that are fetched at most: a night has one, or a few where it was tried again. */
const mostRecords = 20;

/** The records of a database's backups that began since a moment, as far as they are published. */
export async function publishedBackups(
  context: UseCaseContext,
  plan: Plan,
  { database, since }: { readonly database: string; readonly since: Date },
): Promise<BackupReport[]> {
  const unknown = "What a backup has recorded since this run began is not known";
  const found = await askReportsBranch(context, plan, unknown, async ({ github, branch, folder }) => {
    const head = await readHead(github, branch, folder);
    const from = since.toISOString().slice(0, 10).replaceAll("-", "/");
    const paths = [...head.files.keys()].filter((path) => {
      const [, day] = /^(\d{4}\/\d{2}\/\d{2})-backup-.*\.json$/.exec(path.slice(folder.length + 1)) ?? [];
      return day !== undefined && day >= from;
    });
    const newest = paths.sort().reverse().slice(0, mostRecords);
    const files = await new BranchContents(github, []).read(head, newest, mostRecords);
    const reports = reportsAmong(files.map(({ path, bytes }) => ({ path: path.slice(folder.length + 1), bytes })));
    return reports.filter(isBackup).filter((one) => one.database === database && new Date(one.run.started_at) >= since);
  });
  return found ?? [];
}

/**
 * Whether the branch that the plan names for the reports is there, which it is not before the first of them. Where GitHub
 * cannot be asked it counts as there: whoever judges by the reports must not take none for all.
 */
export async function isBranchThere(context: UseCaseContext, branch: string): Promise<boolean> {
  try {
    return await branchExists(githubOf(context), branch);
  } catch (thrown) {
    if (!(thrown instanceof IthacaError) || thrown.kind === "interrupted") throw thrown;
    context.progress.warn(`Whether there is a branch ${branch} is not known: ${thrown.message}`);
    return true;
  }
}
