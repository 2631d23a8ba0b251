import { mkdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { codeOf } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { backupMarkdown } from "./backup-markdown.ts";
import type { Unwritten } from "./build.ts";
import type { Shades } from "./charts/bars.ts";
import { drillPicture } from "./charts/drill-phases.ts";
import { phasesPicture } from "./charts/phases.ts";
import { checkMarkdown } from "./check-markdown.ts";
import { disasterMarkdown } from "./disaster-markdown.ts";
import { drillMarkdown } from "./drill-markdown.ts";
import { reportErrors } from "./errors.ts";
import { fileSafe, placeFile, redactAll } from "./files.ts";
import { proofMarkdown } from "./markdown.ts";
import type { AnyReport } from "./model.ts";
import { pictureFiles } from "./picture.ts";
import { pointMarkdown } from "./point-in-time-markdown.ts";
import { recoveryMarkdown } from "./recovery-markdown.ts";
import { anyReportSchema } from "./schema.ts";
import { watchMarkdown } from "./watch-markdown.ts";

/**
 * `2026/11/22-weekly-<run>-<database>`: the day on which the run began, in UTC. The jobs of a matrix, one per database,
 * are one run on GitHub and write on machines of their own: without the database their reports would share a name.
 */
function stem(report: Unwritten<AnyReport>): string {
  const [year, month, day] = report.run.started_at.slice(0, 10).split("-");
  return `${year}/${month}/${day}-${report.kind}-${fileSafe(report.run.id)}-${fileSafe(report.database)}`;
}

/** Renders any report as markdown. */
export function markdownOf(report: AnyReport): string {
  if (report.kind === "backup") return backupMarkdown(report);
  if (report.kind === "point-in-time") return pointMarkdown(report);
  if (report.kind === "drill-report") return drillMarkdown(report);
  if (report.kind === "disaster") return disasterMarkdown(report);
  if (report.kind === "watch") return watchMarkdown(report);
  if (report.kind === "recover") return recoveryMarkdown(report);
  return report.kind === "check" ? checkMarkdown(report) : proofMarkdown(report);
}

/** A report as the JSON that is written and printed. */
export function jsonOf(report: AnyReport): string {
  return `${JSON.stringify(redactAll(report), null, 2)}\n`;
}

/** A file of a report. */
export interface Form {
  /** Relative to the reports' folder. */
  readonly path: string;
  readonly text: string;
}

/** The picture of a report; null where it has none. Of all reports only a proof's knows of sabotage. */
function drawingOf(report: AnyReport): Shades | null {
  if (report.kind === "drill-report") return drillPicture(report);
  return "sabotage" in report ? phasesPicture(report) : null;
}

/**
 * A report's page, and the pictures on it.
 *
 * @param markdown where the page is to stand, relative to the reports' folder; the pictures stand beside it
 */
export function pagesOf(report: AnyReport, markdown: string): Form[] {
  const drawn = drawingOf(report);
  const { light, dark } = pictureFiles(markdown);
  const pictures =
    drawn === null
      ? []
      : [
          { path: light, text: drawn.light },
          { path: dark, text: drawn.dark },
        ];
  return [{ path: markdown, text: redact(markdownOf(report)) }, ...pictures];
}

/** Places all files or none; false where a name is taken. */
async function placeAll(directory: string, forms: readonly Form[]): Promise<boolean> {
  for (const [index, { path, text }] of forms.entries()) {
    if (await placeFile(join(directory, path), text)) continue;
    for (const placed of forms.slice(0, index)) await rm(join(directory, placed.path));
    return false;
  }
  return true;
}

/**
 * Writes a report as markdown with its pictures, and as JSON, under `<directory>/YYYY/MM/DD-<kind>-<run id>-<database>`, with a number behind it
 * where another report has that name. Registered secrets are blanked out.
 *
 * @param directory the reports' folder; it is made where it is missing
 * @param shownAs how people name the folder, such as `.ithaca/reports`; its own name unless told otherwise
 * @returns the whole report; its `report` paths begin with that, as `reports/2026/11/22-daily-1-shop.md`
 * @throws surroundings: the folder cannot be written to
 */
export async function writeReport<R extends Unwritten<AnyReport>>(
  directory: string,
  unwritten: R,
  shownAs: string = basename(directory),
): Promise<R & Pick<AnyReport, "report">> {
  const base = stem(unwritten);
  try {
    await mkdir(dirname(join(directory, base)), { recursive: true });
    for (let attempt = 1; ; attempt += 1) {
      const name = attempt === 1 ? base : `${base}-${attempt}`;
      const files = { markdown: `${shownAs}/${name}.md`, json: `${shownAs}/${name}.json` };
      const report = redactAll({ ...unwritten, report: files });
      // Reading it back by its own schema now is better than finding out in a year that it cannot be read.
      const checked = anyReportSchema.parse(report);
      // The JSON comes last: a report that can be read back is a whole one.
      const forms = [...pagesOf(checked, `${name}.md`), { path: `${name}.json`, text: jsonOf(checked) }];
      if (await placeAll(directory, forms)) return report;
    }
  } catch (cause) {
    const why = codeOf(cause);
    if (why !== "") throw reportErrors.not_written({ directory, why }, { cause });
    throw cause;
  }
}

/**
 * Reads a report back.
 *
 * @throws input: there is no such file, or it is not a report
 */
export async function readReport(path: string): Promise<AnyReport> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw reportErrors.not_a_report({ path, why: "it cannot be read as JSON" }, { cause });
  }
  const parsed = anyReportSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const why = issue === undefined ? "its shape is unknown" : `${issue.path.join(".") || "the whole"}: ${issue.message}`;
  throw reportErrors.not_a_report({ path, why }, { cause: parsed.error });
}
