import { cell, code, prose, table } from "./escape.ts";
import { spellInstant, spellSeconds } from "./format.ts";
import type { RecoveryReport } from "./model.ts";
import { runFacts } from "./sections/facts.ts";

const signs = {
  recovered: "✅ Recovered",
  failed: "⚠️ Not recovered, nothing was changed",
  rolled_back: "⚠️ Not recovered, production is as it was",
  needs_person: "❌ A person must look now",
} as const;

const marks = { passed: "✅", failed: "❌", not_run: "⚠️" } as const;

/** The record of a recovery for people; the incident's own page says more. */
export function recoveryMarkdown(report: RecoveryReport): string {
  const { backup, incident } = report;
  const lost = Object.entries(report.lost_rows).sort(([, a], [, b]) => b - a);
  return [
    `# ${signs[report.outcome]}: ${prose(report.database)}`,
    "",
    ...(report.reason === "" ? [] : [`**${prose(report.reason, 1000)}**`, ""]),
    `The whole story, and the place for what was learned: ${code(incident.page)}.`,
    "",
    "## Evidence",
    "",
    ...table(
      ["Fact", "Value"],
      [
        ["Incident", code(incident.id)],
        ["Recovery", prose(report.method)],
        ["Restore point", report.restore_point === null ? "none" : spellInstant(report.restore_point)],
        ["Backup", backup === null ? "none of the vault" : code(backup.id)],
        ["Digest", backup === null ? "–" : code(backup.digest)],
        ["Safety backup", report.safety_backup === null ? "none" : code(report.safety_backup)],
        ...runFacts(report.run),
      ],
    ),
    "## Checks",
    "",
    ...(report.checks.length === 0 ? ["None was run.", ""] : []),
    ...table(
      ["Result", "Check", "Found"],
      report.checks.map(({ status, title, actual, reason }) => [
        marks[status],
        cell(title),
        cell(status === "passed" ? actual : reason || actual),
      ]),
    ),
    "## Rows that are fewer than at the incident",
    "",
    ...(lost.length === 0 ? ["None.", ""] : []),
    ...table(
      ["Table", "Rows"],
      lost.slice(0, 100).map(([name, rows]) => [code(name), String(rows)]),
    ),
    "## Where the time went",
    "",
    ...table(
      ["Phase", "Time"],
      report.phases.map(({ name, seconds }) => [code(name), spellSeconds(seconds)]),
    ),
    `The same facts for machines: ${code(report.report.json)}`,
    "",
  ].join("\n");
}
