import type { Command } from "commander";
import { check } from "../../src/operations/check.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { command, examples } from "../terminal/options.ts";
import { checksText } from "../terminal/proof-text.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca check` */
export function checkCommand(): Command {
  return command(
    "check",
    "Are the backups there, fresh, of consistent size, and complete for the retention: the vault's and the platform's",
  )
    .option("--read-data", "read every byte of the vault as well")
    .option(
      "--sample <time>",
      "also restore every definition, all small tables and as many others as there is time for, and compare them: all in so long, such as 5m",
    )
    .addHelpText("after", examples("check", "check --sample 5m", "check --read-data --json"))
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await check(context, options);
        return { document: outcome, text: checksText(outcome), exitCode: exitCodeOf(outcome.verdict) };
      }),
    );
}
