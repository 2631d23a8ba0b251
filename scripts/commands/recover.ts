import { Command, Option } from "commander";
import { fullModes, recoverFull } from "../../src/operations/recover-full.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { examples } from "../terminal/options.ts";
import { recoverOptions } from "../terminal/recovery-options.ts";
import { recoveryText } from "../terminal/recovery-text.ts";
import { runCommand } from "../terminal/run-command.ts";
import { pointInTimeCommand } from "./recover-point-in-time.ts";
import { tableCommand } from "./recover-table.ts";

function fullCommand(): Command {
  return recoverOptions(new Command("full").description("The whole database, from one of its backups"))
    .addOption(
      new Option("--into <where>", "a new empty database, beside production and swapped in, or in place")
        .choices([...fullModes])
        .makeOptionMandatory(),
    )
    .option("--backup <which>", "latest, yesterday, random, or a backup's id", "latest")
    .addOption(
      new Option("--archive <path>", "a backup directory that lies here, instead of one from the vault").conflicts(
        "backup",
      ),
    )
    .addHelpText(
      "after",
      examples(
        "recover full --into side-by-side",
        'recover full --into side-by-side --reason "bad migration" --execute --confirm inner-odyssey',
        "recover full --into in-place --backup yesterday",
      ),
    )
    .action((options) =>
      runCommand(options, async (context) => {
        const result = await recoverFull(context, options);
        return { document: result, text: recoveryText(result), exitCode: exitCodeOf(result.verdict) };
      }),
    );
}

/** `ithaca recover full|point-in-time|table`: a plan unless `--execute` is given. */
export function recoverCommand(): Command {
  const recover = new Command("recover")
    .description("Bring production back: shows a plan; --execute --confirm <database name> does it")
    .addHelpText(
      "after",
      examples(
        "recover full --into side-by-side",
        'recover point-in-time --to "10 minutes ago"',
        "recover table --table public.children",
      ),
    );
  for (const make of [fullCommand, pointInTimeCommand, tableCommand]) recover.addCommand(make());
  return recover;
}
