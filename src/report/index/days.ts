import { dayLength } from "../../base/calendar.ts";
import { spellBytes } from "../../base/spell.ts";
import { cell, table } from "../escape.ts";
import { isBackup, isProof } from "../history.ts";
import type { AnyReport } from "../model.ts";
import { linkTo } from "./link-to.ts";

const signs: Readonly<Record<AnyReport["verdict"], string>> = {
  proven: "✅",
  taken: "✅",
  failed: "❌",
  inconclusive: "⚠️",
};

function entry(report: AnyReport): string {
  const time = report.run.started_at.slice(11, 16);
  const what = isBackup(report) ? time : `${report.kind} ${time}`;
  const size = isBackup(report) && report.backup !== null ? `, ${spellBytes(report.backup.size_bytes)}` : "";
  const harmed = isProof(report) && report.damaged ? " (damaged on purpose)" : "";
  return `${signs[report.verdict]} ${linkTo(report, what)}${size}${harmed}`;
}

const mostDays = 30;

/** What ran on each of the last thirty days, the newest first; days before the first report are left out. */
export function daysTable(reports: readonly AnyReport[], asOf: Date): string[] {
  const inOrder = reports.toSorted((a, b) => a.run.started_at.localeCompare(b.run.started_at));
  const first = inOrder[0]?.run.started_at.slice(0, 10);
  if (first === undefined) return ["Nothing has run yet.", ""];
  const days = Array.from({ length: mostDays }, (_, back) =>
    new Date(asOf.getTime() - back * dayLength).toISOString().slice(0, 10),
  ).filter((day) => day >= first);
  const rows = days.map((day) => {
    const ofDay = inOrder.filter(({ run }) => run.started_at.startsWith(day));
    const column = (wanted: (report: AnyReport) => boolean) => ofDay.filter(wanted).map(entry).join("<br>");
    return [
      day,
      column(isBackup) || "**none**",
      column(isProof) || cell(""),
      column((report) => !isBackup(report) && !isProof(report)) || cell(""),
    ];
  });
  return table(["Day", "Backup", "Proof", "Else"], rows);
}
