import type { Command } from "commander";
import { notify } from "../../src/operations/notify.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { notifyText } from "../terminal/messages-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca notify` */
export function notifyCommand(): Command {
  return command("notify", "Tell people what reports mean, by mail and Slack, as the plan says; nothing is told twice")
    .argument("<report...>", "paths of reports' JSON files")
    .option("--issue <url>", "the issue that was raised about them")
    .option("--chart <file>", "a picture that goes with the mails")
    .addHelpText("after", examples("notify reports/2026/11/22-backup-8790-1-shop.json"))
    .action((reports: string[], options) =>
      runCommand(options, async (context) => {
        const outcome = await notify(context, { ...options, reports });
        return { document: outcome, text: notifyText(outcome), exitCode: exitCodeOf(outcome.verdict) };
      }),
    );
}
