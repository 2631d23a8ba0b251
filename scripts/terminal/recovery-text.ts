import { stripVTControlCharacters, styleText } from "node:util";
import type { RecoveryResult } from "../../src/operations/recover.ts";
import {
  executeLine,
  headlineOf,
  incidentSections,
  lossesOf,
  ratesOf,
  restorePointOf,
  type Section,
} from "../../src/operations/recovery-view.ts";

const colours = {
  previewed: "cyan",
  recovered: "green",
  failed: "yellow",
  rolled_back: "yellow",
  needs_person: "red",
} as const;

/** Columns as wide as their widest cell. Names come from a database: no control character of theirs reaches the screen. */
function tableLines({ head, rows }: NonNullable<Section["table"]>): string[] {
  const clean = [head, ...rows].map((row) =>
    row.map((cell) => stripVTControlCharacters(cell).replaceAll(/\p{Cc}/gu, "?")),
  );
  const widths = head.map((_, column) => Math.max(...clean.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    `    ${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()}`;
  const [first = [], ...rest] = clean;
  return [styleText("dim", line(first)), ...rest.map(line)];
}

function sectionLines({ title, sentences, table }: Section): string[] {
  return [
    "",
    `  ${styleText("bold", title)}`,
    ...sentences.map((one) => `    ${sentences.length > 1 ? "· " : ""}${one}`),
    ...(table === undefined ? [] : tableLines(table)),
  ];
}

/** What a recovery would do, or what it came to, on one screen. */
export function recoveryText(result: RecoveryResult): string {
  const { incident, file, report } = result;
  const { outcome } = incident.state;
  const title = styleText(["bold", colours[outcome ?? "needs_person"]], headlineOf(incident));
  if (outcome === "previewed") {
    const blocked = result.obstacles.length > 0;
    return [
      "",
      `${title}   ${styleText("bold", "NOTHING HAS BEEN CHANGED")}`,
      `  ${incident.preview?.summary ?? ""}`,
      `  Restore point: ${restorePointOf(incident)}.`,
      ...incidentSections(incident).flatMap(sectionLines),
      "",
      ...(blocked
        ? [styleText(["bold", "red"], "  It cannot be done as it is: see what stands against it, above.")]
        : ["  To do it:", `    ${executeLine(incident)}`]),
    ].join("\n");
  }
  const checks = incident.verification?.checks ?? [];
  const marks = { passed: styleText("green", "✓"), failed: styleText("red", "✗"), not_run: styleText("yellow", "?") };
  const last = incident.log.findLast(({ event }) => event !== "done" && !event.startsWith("resumed"));
  return [
    "",
    title,
    ...(outcome === "recovered" || last === undefined ? [] : [`  ${last.says}`]),
    ...incident.log.filter(({ event }) => event.startsWith("resumed")).map(({ says }) => `  ${says}`),
    ...checks.map(({ status, title: what, actual, reason }) => `  ${marks[status]} ${what}: ${reason || actual}`),
    ...(checks.length === 0 ? [] : sectionLines(lossesOf(incident))),
    ...(incident.watch === null ? [] : sectionLines(ratesOf(incident))),
    ...(incident.remarks.length === 0 ? [] : sectionLines({ title: "What was done", sentences: incident.remarks })),
    ...(incident.next_steps.length === 0
      ? []
      : sectionLines({ title: "What you do now", sentences: incident.next_steps })),
    "",
    ...(file === null ? [] : [`  Incident: ${file} (its page has a place for what was learned)`]),
    ...(report === null ? [] : [`  Report: ${report.markdown}`]),
  ].join("\n");
}
