import { type Command, Option } from "commander";
import { diff } from "../../src/operations/diff.ts";
import { diffText } from "../terminal/diff-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca diff` */
export function diffCommand(): Command {
  return command("diff", "Show the definitions or rows behind a finding, on this terminal only")
    .option("--backup <which>", "latest, yesterday, random, or a backup's id", "latest")
    .addOption(new Option("--archive <path>", "a backup directory instead of one from the vault").conflicts("backup"))
    .option("--object <name>", "only this object, such as public.children")
    .addOption(
      new Option("--with <side>", "its copy, restored anew, or the live source")
        .choices(["copy", "source"])
        .default("copy"),
    )
    .option("--damage <file.sql>", "run SQL on the copy before comparing, as in prove")
    .addHelpText("after", examples("diff --object public.children", "diff --with source"))
    .action((options, command: Command) => {
      if (options.with === "source" && options.damage !== undefined) {
        command.error("error: --damage harms the copy, and --with source makes none");
      }
      return runCommand(options, async (context) => {
        const outcome = await diff(context, options);
        return {
          document: outcome,
          text: diffText(outcome, options.with),
          exitCode: outcome.definitions.length + outcome.tables.length === 0 ? 0 : 1,
        };
      });
    });
}
