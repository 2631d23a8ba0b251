import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { codeOf, messageOf } from "../base/errors.ts";
import { makeFolder } from "../base/make-folder.ts";
import { localReportFiles, showsSecret } from "../github/report-files.ts";
import { loadPlan } from "../plan/parse.ts";
import { reportErrors } from "../report/errors.ts";
import { siteFiles } from "../report/site/site.ts";
import { listAudit } from "./audit.ts";
import type { UseCaseContext } from "./context.ts";
import { reportsDirectory } from "./subject.ts";

export interface ReportsSiteOptions {
  readonly plan: string;
  /** The folder that the site is written to: a new one, an empty one, or that of an older site. */
  readonly out: string;
  /** Whether it is put where everybody may read it; then the plan must allow that. */
  readonly forEverybody?: boolean;
}

export interface ReportsSiteOutcome {
  /** As it was given. */
  readonly out: string;
  readonly pages: number;
  readonly files: number;
  readonly bytes: number;
  /** Files of the folder that would show a secret and are not on the site. */
  readonly withheld: readonly string[];
}

/** What lies in a folder; nothing where there is none, null where it is no folder. */
async function namesIn(directory: string): Promise<readonly string[] | null> {
  try {
    return await readdir(directory);
  } catch (thrown) {
    return codeOf(thrown) === "ENOENT" ? [] : null;
  }
}

/** Only what this program has made may be removed: a folder with a page, its style sheet and the evidence. */
async function clear(directory: string): Promise<boolean> {
  const names = await namesIn(directory);
  if (names === null) return false;
  const ours = ["index.html", "style.css", "evidence.html"].every((name) => names.includes(name));
  if (names.length > 0 && !ours) return false;
  await rm(directory, { recursive: true, force: true });
  return true;
}

/**
 * Writes the static site of the reports: are we safe, each database with its charts, each report, incidents, the audit
 * log, and the evidence itself. It reads the reports' folder alone.
 *
 * @throws input: the folder holds something else; the plan does not let everybody read its reports
 * @throws surroundings: it cannot be written to
 */
export async function reportsSite(context: UseCaseContext, options: ReportsSiteOptions): Promise<ReportsSiteOutcome> {
  const { plan } = await loadPlan(resolve(context.workingDirectory, options.plan));
  if (options.forEverybody === true && !plan.reports.public) throw reportErrors.site_not_allowed({});
  const all = await localReportFiles(reportsDirectory(context, plan));
  const files = all.filter((file) => !showsSecret(file));
  const { operations } = await listAudit(context, { plan: options.plan });
  const site = await siteFiles(plan, files, operations);
  const out = resolve(context.workingDirectory, options.out);
  if (!(await clear(out))) throw reportErrors.not_a_site({ directory: options.out });
  try {
    await makeFolder(out);
    for (const { path, bytes } of site) {
      await mkdir(dirname(join(out, path)), { recursive: true });
      await writeFile(join(out, path), bytes);
    }
  } catch (cause) {
    throw reportErrors.not_written({ directory: options.out, why: messageOf(cause) }, { cause });
  }
  return {
    out: options.out,
    pages: site.filter(({ path }) => path.endsWith(".html")).length,
    files: site.length,
    bytes: site.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
    withheld: all.filter(showsSecret).map(({ path }) => path),
  };
}
