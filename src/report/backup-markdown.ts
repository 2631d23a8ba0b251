import { cell, code, prose, table } from "./escape.ts";
import { spellAmount, spellBytes, spellInstant, spellSeconds } from "./format.ts";
import { andMore } from "./limits.ts";
import type { BackupReport } from "./model.ts";
import { runFacts } from "./sections/facts.ts";

const signs = {
  taken: "✅ Backup taken",
  failed: "❌ Backup failed",
  inconclusive: "⚠️ No backup",
} as const;

const mostLeftOut = 100;

function lead({ verdict, backup, reason }: BackupReport): string {
  if (verdict === "taken" && backup !== null) {
    return `**A backup of ${spellAmount(backup.tables, "table")} with ${spellAmount(backup.rows, "row")} is in the vault** (${spellBytes(backup.size_bytes)}, dumped in ${spellSeconds(backup.dump_seconds)}). What it is worth, only a proof can say.`;
  }
  const what = verdict === "failed" ? "The backup is at fault or could not be completed" : "No backup could be taken";
  return `**${what}.** ${prose(reason)}`;
}

/** The record of a backup for people. Never longer than 60,000 characters. */
export function backupMarkdown(report: BackupReport): string {
  const { backup } = report;
  const leftOut = backup?.left_out ?? [];
  const ofBackup =
    backup === null
      ? [["Backup", "none"]]
      : [
          ["Backup", code(backup.id)],
          ["Snapshot of", spellInstant(backup.taken_at)],
          ["Size", spellBytes(backup.size_bytes)],
          ["Digest", code(backup.digest)],
          ["Server of the source", `PostgreSQL ${prose(backup.server_version)}`],
          ["Tables, rows", `${spellAmount(backup.tables, "table")}, ${spellAmount(backup.rows, "row")}`],
          ["Dump took", spellSeconds(backup.dump_seconds)],
        ];
  const rows = leftOut.slice(0, mostLeftOut).map(({ what, why }) => [cell(what), cell(why)]);
  return [
    `# ${signs[report.verdict]}: ${prose(report.database)}`,
    "",
    lead(report),
    "",
    ...(report.verdict === "taken"
      ? []
      : [
          "## What to do next",
          "",
          "1. Mend what the sentence above names.",
          `2. Take the backup again: \`npm run ithaca -- backup --database ${report.database.replaceAll(/[^\w.-]/g, "?")}\`.`,
          "",
        ]),
    "## Evidence",
    "",
    ...table(["Fact", "Value"], [...ofBackup, ...runFacts(report.run)]),
    "## What was left out",
    "",
    ...(rows.length === 0 ? ["Nothing.", ""] : table(["What", "Why"], rows)),
    ...andMore(leftOut.length, rows.length, "of them"),
    `The same facts for machines: ${code(report.report.json)}`,
    "",
  ].join("\n");
}
