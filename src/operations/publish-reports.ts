import { relative, resolve } from "node:path";
import { type CommitOutcome, commitFiles, type FileToCommit } from "../github/commit-files.ts";
import { githubErrors } from "../github/errors.ts";
import { readFilesOf, type TreeFile } from "../github/git-tree.ts";
import { reportAdditions } from "../github/report-additions.ts";
import { BranchContents, localReportFiles, showsSecret } from "../github/report-files.ts";
import { readRepository } from "../github/repository.ts";
import { loadPlan } from "../plan/parse.ts";
import type { Plan } from "../plan/schema.ts";
import { isEvidence } from "../report/chain/belongs.ts";
import { indexPath, sha256 } from "../report/chain/link.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";
import { newestForm, pagesAsMade } from "./incident-forms.ts";
import { reportsDirectory } from "./subject.ts";

const writtenOn = { newestForm, finishedByPeople: pagesAsMade };

/** What became of the reports. */
export interface PublishOutcome {
  readonly branch: string;
  /** Null where the branch held everything already. */
  readonly commit: string | null;
  /** The commit's page; null where there is none. */
  readonly url: string | null;
  /** From the root of the repository, index and links of the evidence chain among them. */
  readonly paths: readonly string[];
  readonly renamed: CommitOutcome["renamed"];
  readonly attempts: number;
  /** Whether everybody may read them. */
  readonly public: boolean;
  /** SHA-256 of what was committed, as `sha256sum` prints it; empty where nothing was. */
  readonly sums: string;
}

/** The folder of the reports from the root of the repository, which is where the runner has checked it out. */
export function reportsFolder(context: UseCaseContext, plan: Plan): string {
  const root = resolve(context.environment.GITHUB_WORKSPACE || context.workingDirectory);
  const folder = relative(root, reportsDirectory(context, plan)).replaceAll("\\", "/");
  return folder === "" || folder.startsWith("..") ? plan.reports.directory : folder;
}

/** `Reports: 2026/11/22-weekly-8812-1-shop and 3 more files`, and the run that they are of. */
function messageOf(context: UseCaseContext, folder: string, paths: readonly string[]): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = context.environment;
  const records = paths.map((path) => path.slice(folder.length + 1)).filter(isEvidence);
  const reports = records.filter((path) => /^\d{4}\/.*\.json$/.test(path)).map((path) => path.replace(/\.json$/, ""));
  const [first = records[0] ?? indexPath] = reports;
  const rest = reports.length > 1 ? ` and ${reports.length - 1} more` : "";
  const lines = [`Reports: ${first}${rest}`, "", `${records.length} files, with their link in the evidence chain.`];
  if (server !== undefined && run !== undefined) lines.push(`Run: ${server}/${repository}/actions/runs/${run}`);
  // No build of the application needs to run for a report.
  return [...lines, "", "[skip ci]", ""].join("\n");
}

/**
 * Commits every file of the plan's reports folder that the branch of the reports does not hold yet, with the link of the
 * evidence chain that covers them and the index made anew. Runs at the same time lose nothing: see `commitFiles`.
 *
 * The branch is the plan's `reports.branch`, else the repository's default branch, whichever branch the run is on: there
 * is one history. An incident takes the place of its older form, and its page keeps what people have written into it; every
 * other record is written once. A file that would show a secret of this run stays where it is; the others are published first.
 *
 * @throws input: the repository is public and the plan does not say that its reports may be
 * @throws surroundings: no token, no permission, a protected branch, GitHub away: one sentence with what to do
 * @throws failed: a file would have shown a secret
 */
export async function publishReports(
  context: UseCaseContext,
  options: { readonly plan: string },
): Promise<PublishOutcome> {
  const { plan } = await loadPlan(resolve(context.workingDirectory, options.plan));
  const github = githubOf(context);
  return await context.progress.step("Publish the reports", async (note) => {
    const repository = await readRepository(github);
    const { directory } = plan.reports;
    if (repository.public && !plan.reports.public) {
      throw githubErrors.public_repository({ repository: github.repository, directory });
    }
    const folder = reportsFolder(context, plan);
    const branch = plan.reports.branch ?? repository.defaultBranch;
    const all = await localReportFiles(reportsDirectory(context, plan));
    const local = all.filter((file) => !showsSecret(file));
    const contents = new BranchContents(github, local);
    let before: Promise<ReadonlyMap<string, TreeFile>> | undefined;
    const checkedOut = () => {
      const { GITHUB_SHA: commit = "" } = context.environment;
      before ??= commit === "" ? Promise.resolve(new Map()) : readFilesOf(github, commit, folder);
      return before;
    };
    let renamed: CommitOutcome["renamed"] = [];
    let files: readonly FileToCommit[] = [];
    const outcome = await commitFiles(github, {
      branch,
      folder,
      message: (paths) => messageOf(context, folder, paths),
      async files(head) {
        const at = context.clock.now();
        const made = await reportAdditions(head, { plan, folder, local, contents, checkedOut, at, writtenOn });
        renamed = made.renamed;
        files = made.files;
        return files;
      },
    });
    const { commit, paths, attempts } = outcome;
    note(commit === null ? "nothing new" : `${paths.length} files, ${commit.slice(0, 12)} on ${branch}`);
    for (const { from, to } of renamed) context.progress.warn(`${from} holds something else there; this is now ${to}`);
    const withheld = all.filter(showsSecret).map(({ path }) => `${directory}/${path}`);
    if (withheld.length > 0) throw githubErrors.secret_in_report({ files: withheld });
    const url = commit === null ? null : `${repository.page}/commit/${commit}`;
    const committed = files.filter(({ path }) => paths.includes(path));
    const sums = committed.map(({ path, content }) => `${sha256(content)}  ${path}\n`).join("");
    return { branch, commit, url, paths, renamed, attempts, public: repository.public, sums };
  });
}
