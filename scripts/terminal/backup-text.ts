import { styleText } from "node:util";
import { spellBytes } from "../../src/base/spell.ts";
import type { BackupListEntry } from "../../src/operations/backups.ts";
import type { RetainOutcome } from "../../src/operations/retain.ts";
import type { BackupReport } from "../../src/report/model.ts";

/** A finished backup on one screen. */
export function backupText(report: BackupReport): string {
  const { backup } = report;
  if (backup === null) {
    const label = styleText(["bold", "red"], `BACKUP ${report.verdict.toUpperCase()}`);
    return `\n${label} ${report.database}\n  ${report.reason}\n  Report: ${report.report.markdown}`;
  }
  return [
    "",
    `${styleText(["bold", "green"], "BACKED UP")} ${report.database} as ${backup.id}`,
    `  ${backup.tables} tables, ${backup.rows.toLocaleString("en")} rows, ${spellBytes(backup.size_bytes)}, digest ${backup.digest.slice(0, 16)}…`,
    ...backup.left_out.map(({ what, why }) => `  Left out: ${what} (${why})`),
    `  Report: ${report.report.markdown}`,
    "  A backup is worth what its last restore proved: npm run ithaca -- prove",
  ].join("\n");
}

/** The vault's list as a table, newest first. */
export function backupsText(list: readonly BackupListEntry[]): string {
  if (list.length === 0) return "The vault holds no backup of this database yet; take one: npm run ithaca -- backup";
  return list
    .map((b) => {
      // In the night of a recovery the newest of all is the one that nobody wants back.
      const what = b.safety ? ", what a recovery found before it began: as damaged as it was" : "";
      return `${b.id}  ${b.taken_at}  ${spellBytes(b.size_bytes).padStart(9)}  ${b.proven ? "proven" : "not proven"}${what}`;
    })
    .join("\n");
}

/** What a retention run removed and kept, each with the rule that kept it. */
export function retainText(outcome: RetainOutcome): string {
  const removed = outcome.dry_run ? "would be removed" : "removed";
  return [
    `${outcome.kept.length} kept, ${outcome.removed.length} ${removed}`,
    ...outcome.kept.map(({ id, reasons }) => `  kept     ${id}  ${reasons.join(", ")}`),
    ...outcome.removed.map((id) => `  ${removed}  ${id}`),
  ].join("\n");
}
