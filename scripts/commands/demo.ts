import type { Command } from "commander";
import { demo } from "../../src/operations/demo.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { command, examples, wholeNumber } from "../terminal/options.ts";
import { proofText } from "../terminal/proof-text.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca demo` */
export function demoCommand(): Command {
  return command("demo", "The whole pipeline on this machine with no set-up, on a made-up production database")
    .option("--families <n>", "size of the made-up database", wholeNumber(1), 500)
    .option("--damage <file.sql>", "run SQL on the restored copy before the checks, to see what the proof notices")
    .option("--no-e2e", "leave out the app's tests on the copy")
    .addHelpText("after", examples("demo", "demo --families 20000", "demo --damage broken-policy.sql --json"))
    .action((options) =>
      runCommand(options, async (context) => {
        const report = await demo(context, options);
        return { document: report, text: proofText(report), exitCode: exitCodeOf(report.verdict) };
      }),
    );
}
