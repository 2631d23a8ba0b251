import { spellAmount, spellBytes, spellInstant, spellSeconds } from "../base/spell.ts";
import { cell, code, prose, table } from "./escape.ts";
import { andMore, type Limits } from "./limits.ts";
import type { BackupReport } from "./model.ts";
import { evidenceOf, forMachines, opening, page, whatToDoNext } from "./page.ts";
import { runFacts } from "./sections/facts.ts";

const signs = {
  taken: "✅ Backup taken",
  failed: "❌ Backup failed",
  inconclusive: "⚠️ No backup",
} as const;

function lead({ verdict, backup, reason }: BackupReport): string {
  if (verdict === "taken" && backup !== null) {
    return `**A backup of ${spellAmount(backup.tables, "table")} with ${spellAmount(backup.rows, "row")} is in the vault** (${spellBytes(backup.size_bytes)}, dumped in ${spellSeconds(backup.dump_seconds)}). What it is worth, only a proof can say.`;
  }
  const what = verdict === "failed" ? "The backup is at fault or could not be completed" : "No backup could be taken";
  return `**${what}.** ${prose(reason)}`;
}

function factsOf({ backup, run }: BackupReport): string[][] {
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
  return [...ofBackup, ...runFacts(run)];
}

function leftOut({ backup }: BackupReport, limits: Limits): string[] {
  const all = backup?.left_out ?? [];
  const rows = all.slice(0, limits.notCovered).map(({ what, why }) => [cell(what), cell(why)]);
  return [
    "## What was left out",
    "",
    ...(rows.length === 0 ? ["Nothing.", ""] : table(["What", "Why"], rows)),
    ...andMore(all.length, rows.length, "of them"),
  ];
}

function nextSteps({ verdict, database }: BackupReport): string[] {
  const again = `npm run ithaca -- backup --database ${database.replaceAll(/[^\w.-]/g, "?")}`;
  const steps = ["Mend what the sentence above names.", `Take the backup again: \`${again}\`.`];
  return whatToDoNext(verdict === "taken" ? [] : steps);
}

/** The record of a backup for people. */
export function backupMarkdown(report: BackupReport): string {
  return page(report, (limits) => [
    opening(`# ${signs[report.verdict]}: ${prose(report.database)}`, lead(report)),
    nextSteps(report),
    evidenceOf(factsOf(report)),
    leftOut(report, limits),
    forMachines(report),
  ]);
}
