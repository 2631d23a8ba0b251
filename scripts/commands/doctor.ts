import type { Command } from "commander";
import { doctor } from "../../src/operations/doctor.ts";
import { doctorText } from "../terminal/doctor-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca doctor` */
export function doctorCommand(): Command {
  return command("doctor", "What is missing on this machine or in the secrets, and how to mend it")
    .addHelpText("after", examples("doctor", "doctor --json"))
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await doctor(context, options);
        return {
          document: outcome,
          text: doctorText(outcome),
          exitCode: outcome.checks.some((c) => c.status === "red") ? 3 : 0,
        };
      }),
    );
}
