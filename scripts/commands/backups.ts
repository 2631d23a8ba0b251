import type { Command } from "commander";
import { backups } from "../../src/operations/backups.ts";
import { backupsText } from "../terminal/backup-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca backups` */
export function backupsCommand(): Command {
  return command("backups", "List the backups in the vault, newest first")
    .addHelpText("after", examples("backups", "backups --json"))
    .action((options) =>
      runCommand(options, async (context) => {
        const list = await backups(context, options);
        return { document: { backups: list }, text: backupsText(list), exitCode: 0 };
      }),
    );
}
