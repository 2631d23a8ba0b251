import { stripVTControlCharacters, styleText } from "node:util";
import { spellAmount, spellBytes, spellInstant, spellSeconds } from "../../src/base/spell.ts";
import type { DrillResult } from "../../src/operations/drill.ts";

const titles = {
  proven: styleText(["bold", "green"], "PROVEN"),
  failed: styleText(["bold", "red"], "FAILED"),
  inconclusive: styleText(["bold", "yellow"], "INCONCLUSIVE"),
};
const marks = { failed: styleText("red", "✗"), not_run: styleText("yellow", "?"), passed: styleText("green", "✓") };
const plain = (text: string) => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, "?");
const spelled = (seconds: number | null) => (seconds === null ? "not measured" : spellSeconds(seconds));
const section = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : ["", `  ${styleText("bold", title)}`, ...lines];

/** A drill on one screen. */
export function drillText({ report, runbook }: DrillResult): string {
  const { objectives, phases, trend, rows, checks, backup, rehearsal, older } = report;
  const before = new Map(trend.changes.map(({ name, before_s }) => [name, before_s]));
  const wrong = checks.filter(({ status }) => status !== "passed");
  const width = Math.max(0, ...phases.map(({ name }) => name.length));
  return [
    "",
    `${titles[report.verdict]}  drill of ${report.database}, production ${report.production === "made-up" ? "made up" : "from the vault"}`,
    ...(report.reason === "" ? [] : [`  ${plain(report.reason)}`]),
    `  Back after ${styleText("bold", spelled(objectives.rto.measured_s))} (promised: ${spellSeconds(objectives.rto.target_s)}); work lost: ${styleText("bold", spelled(objectives.rpo.measured_s))} (promised: ${spellSeconds(objectives.rpo.target_s)})`,
    ...(rows === null ? [] : [`  ${rows.written} rows acknowledged, ${rows.recovered} came back, ${rows.lost} lost`]),
    ...(backup === null ? [] : [`  From ${backup.id}, ${spellBytes(backup.size_bytes)}`]),
    ...(older === null ? [] : [`  Older backup ${older.id}: ${older.verdict}`]),
    ...(rehearsal === null
      ? []
      : [`  App's tests: ${rehearsal.passed} passed, ${rehearsal.failed} failed, ${rehearsal.skipped} skipped`]),
    ...section(
      "Phases",
      phases.map(({ name, seconds, part }) => {
        const was = before.get(name);
        const then = was === undefined ? "" : `   last drill ${spellSeconds(was)}`;
        return `    ${name.padEnd(width)}  ${part.padEnd(11)} ${spellSeconds(seconds).padStart(9)}${then}`;
      }),
    ),
    ...section(`Trend (${spellAmount(trend.drills, "earlier drill")})`, [
      ...trend.series.map(
        ({ at, rto_s, rpo_s }) => `    ${spellInstant(at)}  back after ${spelled(rto_s)}, lost ${spelled(rpo_s)}`,
      ),
      ...trend.slower.map(({ name, before_s, now_s, why }) =>
        styleText("yellow", `    slower: ${name} ${spellSeconds(before_s)} -> ${spellSeconds(now_s)}: ${why}`),
      ),
      ...trend.bottlenecks.map(
        ({ name, share }) => `    bottleneck: ${name}, ${Math.round(share * 100)} % of the recovery`,
      ),
    ]),
    ...section(
      `Checks (${checks.length - wrong.length} of ${checks.length} passed)`,
      wrong.map(({ status, title, actual, reason }) => `    ${marks[status]} ${title}: ${plain(reason || actual)}`),
    ),
    ...(runbook?.patch == null
      ? []
      : section(
          `Changed in ${runbook.path}`,
          runbook.patch
            .split("\n")
            .filter((line) => !/^(Index: |=|--- |\+\+\+ )/.test(line))
            .map((line) => `    ${plain(line)}`),
        )),
    "",
    `  Report: ${report.report.markdown}`,
  ].join("\n");
}
