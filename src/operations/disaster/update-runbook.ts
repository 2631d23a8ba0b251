import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTwoFilesPatch } from "diff";
import { spellAmount, spellInstant, spellSeconds } from "../../base/spell.ts";
import { disasterErrors } from "../../recovery/disaster/errors.ts";
import { withMeasured } from "../../recovery/disaster/runbook.ts";
import { writeWhole } from "../../recovery/incident.ts";
import { drillFindings, drillTimes } from "../../report/drill-markdown.ts";
import { code, prose } from "../../report/escape.ts";
import type { DrillReport } from "../../report/model.ts";
import type { Subject } from "../subject.ts";

const spelled = (seconds: number | null) => (seconds === null ? "not measured" : spellSeconds(seconds));

/** A phase that is shorter is over before anybody reads of it. */
const leastSeconds = 0.1;

/** What the runbook says of the last drill. */
export function measuredText(report: DrillReport): string {
  const { objectives, rows, run, production, verdict, database } = report;
  const { rto, rpo } = objectives;
  const lost = rows === null ? "" : `, ${spellAmount(rows.lost, "row")} of ${rows.written} lost`;
  const stage =
    production === "made-up"
      ? "on a **made-up** production (drill with the vault's variables set to measure your own)"
      : "on a copy from the vault";
  const found = drillFindings(report);
  return [
    `Measured ${spellInstant(run.started_at)} for ${prose(database)}, ${stage}: **${verdict}**.`,
    "",
    `- Back after **${spelled(rto.measured_s)}** (promised: ${spellSeconds(rto.target_s)})`,
    `- Work lost: **${spelled(rpo.measured_s)}** (promised: ${spellSeconds(rpo.target_s)})${lost}`,
    "",
    ...drillTimes({ ...report, phases: report.phases.filter(({ seconds }) => seconds >= leastSeconds) }),
    ...(found.length === 0 ? [] : [...found, ""]),
    `Report: ${code(report.report.markdown)}`,
  ].join("\n");
}

/** What became of the runbook: its path as the plan names it, and what was changed, as a patch; null where it has no place for it. */
export interface RunbookUpdate {
  readonly path: string;
  readonly patch: string | null;
}

/**
 * Writes the times of a drill between the runbook's markers; all other text stays as it is.
 *
 * @throws disaster.open_marker
 */
export async function updateRunbook(subject: Subject, report: DrillReport): Promise<RunbookUpdate> {
  const path = subject.database.disaster.runbook;
  const file = join(subject.planDirectory, path);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return { path, patch: null };
  const updated = withMeasured(text, "drill", measuredText(report));
  if (updated === null) throw disasterErrors.open_marker({ path, section: "drill" });
  if (updated === text) return { path, patch: null };
  await writeWhole(file, updated);
  return { path, patch: createTwoFilesPatch(path, path, text, updated, "before", "after", { context: 1 }) };
}
