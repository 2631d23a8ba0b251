import type { Command } from "commander";
import { retain } from "../../src/operations/retain.ts";
import { retainText } from "../terminal/backup-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca retain` */
export function retainCommand(): Command {
  return command("retain", "Remove the backups that the plan no longer keeps; never the newest proven one")
    .option("--dry-run", "show what would be removed, remove nothing")
    .addHelpText("after", examples("retain --dry-run", "retain"))
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await retain(context, options);
        return { document: outcome, text: retainText(outcome), exitCode: 0 };
      }),
    );
}
