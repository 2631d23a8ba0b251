import type { Command } from "commander";
import { backup } from "../../src/operations/backup.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { backupText } from "../terminal/backup-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca backup` */
export function backupCommand(): Command {
  return command("backup", "Take a backup and its census in one snapshot, and put both into the vault")
    .option("--init", "create the vault if it does not exist yet")
    .addHelpText("after", examples("backup", "backup --init", "backup --database shop --json"))
    .action((options) =>
      runCommand(options, async (context) => {
        const report = await backup(context, options);
        return { document: report, text: backupText(report), exitCode: exitCodeOf(report.verdict) };
      }),
    );
}
