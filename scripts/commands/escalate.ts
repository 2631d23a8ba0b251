import type { Command } from "commander";
import { escalate } from "../../src/operations/escalate.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { escalateText } from "../terminal/messages-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca escalate` */
export function escalateCommand(): Command {
  return command("escalate", "Who must hear about an open incident now: nobody has answered it, or it is not resolved")
    .addHelpText("after", examples("escalate", "escalate --database shop --json"))
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await escalate(context, options);
        return { document: outcome, text: escalateText(outcome), exitCode: exitCodeOf(outcome.verdict) };
      }),
    );
}
