import { dirname, join, relative, resolve } from "node:path";
import { commitFiles } from "../github/commit-files.ts";
import { githubErrors } from "../github/errors.ts";
import { readBlob } from "../github/git-tree.ts";
import { readRepository } from "../github/repository.ts";
import { disasterErrors } from "../recovery/disaster/errors.ts";
import { withMeasured } from "../recovery/disaster/runbook.ts";
import { reportErrors } from "../report/errors.ts";
import { isDrill } from "../report/history.ts";
import { readReport } from "../report/write.ts";
import type { UseCaseContext } from "./context.ts";
import { measuredText } from "./disaster/update-runbook.ts";
import { githubOf } from "./github.ts";
import { loadSubject, type SubjectOptions } from "./subject.ts";

export interface RunbookOutcome {
  /** From the root of the repository. */
  readonly path: string;
  /** Null where there was nothing to write. */
  readonly commit: string | null;
}

/**
 * Writes the times of a drill into the runbook on the repository's default branch, between its markers: into what stands
 * there by now, so that nothing that people wrote meanwhile is lost. Nothing is written where the branch has no runbook,
 * or where the plan keeps reports on a branch of their own: then the default branch is for people.
 *
 * @param options.report path of the drill's JSON report
 * @throws input: no report of a drill, a marker without an end, or a public repository whose plan keeps reports private
 * @throws surroundings: no token, no permission, a protected branch, GitHub away
 */
export async function publishRunbook(
  context: UseCaseContext,
  options: SubjectOptions & { readonly report: string },
): Promise<RunbookOutcome> {
  const { plan, planDirectory, database } = await loadSubject(context, options);
  const root = resolve(context.environment.GITHUB_WORKSPACE || context.workingDirectory);
  const path = relative(root, join(planDirectory, database.disaster.runbook)).replaceAll("\\", "/");
  const report = await readReport(resolve(context.workingDirectory, options.report));
  if (!isDrill(report)) throw reportErrors.not_a_report({ path: options.report, why: "it is not a drill's" });
  if (plan.reports.branch !== undefined || path.startsWith("..")) return { path, commit: null };
  const github = githubOf(context);
  const repository = await readRepository(github);
  if (repository.public && !plan.reports.public) {
    throw githubErrors.public_repository({ repository: github.repository, directory: path });
  }
  const { commit } = await commitFiles(github, {
    branch: repository.defaultBranch,
    folder: dirname(path),
    message: () => `Runbook: the times of the drill of ${report.run.started_at.slice(0, 10)}\n\n[skip ci]\n`,
    async files(head) {
      const there = head.files.get(path);
      if (there === undefined) return [];
      const text = (await readBlob(github, there.sha)).toString("utf8");
      const updated = withMeasured(text, "drill", measuredText(report));
      if (updated === null) throw disasterErrors.open_marker({ path, section: "drill" });
      return [{ path, content: Buffer.from(updated), derived: true }];
    },
  });
  return { path, commit };
}
