import { spellInstant, spellSeconds } from "../base/spell.ts";
import { code, prose, table } from "./escape.ts";
import { andMore, type Limits } from "./limits.ts";
import type { RecoveryReport } from "./model.ts";
import { evidenceOf, forMachines, leftUncovered, opening, page } from "./page.ts";
import { checks, findings } from "./sections/checks.ts";
import { runFacts } from "./sections/facts.ts";

const signs = {
  recovered: "✅ Recovered",
  failed: "⚠️ Not recovered, nothing was changed",
  rolled_back: "⚠️ Not recovered, production is as it was",
  needs_person: "❌ A person must look now",
} as const;

function factsOf({ incident, method, restore_point, backup, safety_backup, run }: RecoveryReport): string[][] {
  return [
    ["Incident", code(incident.id)],
    ["Recovery", prose(method)],
    ["Restore point", restore_point === null ? "none" : spellInstant(restore_point)],
    ["Backup", backup === null ? "none of the vault" : code(backup.id)],
    ["Digest", backup === null ? "–" : code(backup.digest)],
    ["Safety backup", safety_backup === null ? "none" : code(safety_backup)],
    ...runFacts(run),
  ];
}

function lostRows({ lost_rows }: RecoveryReport, limits: Limits): string[] {
  const lost = Object.entries(lost_rows).sort(([, a], [, b]) => b - a);
  const rows = lost.slice(0, limits.notCovered).map(([name, count]) => [code(name), String(count)]);
  return [
    "## Rows that are fewer than at the incident",
    "",
    ...(rows.length === 0 ? ["None.", ""] : table(["Table", "Rows"], rows)),
    ...andMore(lost.length, rows.length, "tables"),
  ];
}

function time({ phases }: RecoveryReport): string[] {
  const rows = phases.map(({ name, seconds }) => [code(name), spellSeconds(seconds)]);
  return [
    "## Where the time went",
    "",
    ...(rows.length === 0 ? ["Nothing was begun.", ""] : table(["Phase", "Time"], rows)),
  ];
}

/** The record of a recovery for people; the incident's own page says more. */
export function recoveryMarkdown(report: RecoveryReport): string {
  const { outcome, database, reason, incident } = report;
  const why = reason === "" ? "" : `**${prose(reason, 1000)}**`;
  const story = `The whole story, and the place for what was learned: ${code(incident.page)}.`;
  return page(report, (limits) => [
    opening(`# ${signs[outcome]}: ${prose(database)}`, why, story),
    evidenceOf(factsOf(report)),
    checks(report, limits),
    findings(report, limits),
    leftUncovered(report, limits),
    lostRows(report, limits),
    time(report),
    forMachines(report),
  ]);
}
