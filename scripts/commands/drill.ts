import type { Command } from "commander";
import { drill } from "../../src/operations/drill.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { drillText } from "../terminal/drill-text.ts";
import { command, examples, wholeNumber } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca drill` */
export function drillCommand(): Command {
  return command("drill", "Lose a throwaway production while it is written to, bring it back, and time every phase")
    .option("--made-up", "make a production up although there is a vault")
    .option("--families <n>", "size of a made-up production", wholeNumber(1), 200)
    .option("--e2e", "demand the app's tests on what was recovered; they are run anyway where the plan has some")
    .option("--no-e2e", "leave out the app's tests on what was recovered")
    .option("--no-older", "leave out the proof of a random older backup")
    .addHelpText(
      "after",
      `
Without RESTIC_REPOSITORY production is made up, and nothing needs to be set up. With it, production is a copy of the
vault's newest backup; only the vault is read. Reports go to .ithaca/ or the plan's folder, times into the runbook.
${examples("drill", "drill --families 2000 --json", "drill --made-up --no-older")}`,
    )
    .action((options) =>
      runCommand(options, async (context) => {
        const { report, runbook } = await drill(context, options);
        const document = { ...report, runbook };
        return { document, text: drillText({ report, runbook }), exitCode: exitCodeOf(report.verdict) };
      }),
    );
}
