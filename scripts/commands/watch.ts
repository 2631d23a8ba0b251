import type { Command } from "commander";
import { watch } from "../../src/operations/watch.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { watchText } from "../terminal/messages-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca watch` */
export function watchCommand(): Command {
  return command(
    "watch",
    "Did last night's backup arrive, whole, in time and of the usual size; tells people by the plan",
  )
    .option("--no-tell", "only look and write the report: notify tells people later")
    .option(
      "--workflow <file>",
      "the workflow that takes the backups, to see whether one is still running",
      "backup.yml",
    )
    .addHelpText("after", examples("watch", "watch --no-tell --json"))
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await watch(context, options);
        return { document: outcome, text: watchText(outcome), exitCode: exitCodeOf(outcome.verdict) };
      }),
    );
}
