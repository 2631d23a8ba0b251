import { Command, Option } from "commander";
import { exportTable } from "../../src/operations/export-table.ts";
import { recoverTable, tableModes } from "../../src/operations/recover-table.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { examples, wholeNumber } from "../terminal/options.ts";
import { recoverOptions } from "../terminal/recovery-options.ts";
import { recoveryText } from "../terminal/recovery-text.ts";
import { runCommand } from "../terminal/run-command.ts";

/** What says how rows are brought back, and so nothing where they are only exported. */
const onlyRecovering = [
  ...["execute", "confirm", "incident", "mode", "withDependants", "withParents", "keepNewer"],
  ...["map", "leave", "retype", "skipConflicts", "lockTimeout", "undoDirectory"],
];

/** `ithaca recover table` */
export function tableCommand(): Command {
  return recoverOptions(new Command("table").description("Rows of one table, from a backup or a point in time"))
    .requiredOption("--table <name>", "such as public.children")
    .addOption(
      new Option("--mode <mode>", "insert what is missing, also set changed rows back, or make it equal to the backup")
        .choices([...tableModes])
        .default("missing-rows"),
    )
    .option("--backup <which>", "latest, yesterday, random, or a backup's id", "latest")
    .addOption(
      new Option("--archive <path>", "a backup directory that lies here, instead of one from the vault").conflicts(
        "backup",
      ),
    )
    .addOption(
      new Option(
        "--from <variable>",
        "the environment variable with the URL of a database restored to a point in time",
      ).conflicts(["backup", "archive"]),
    )
    .option("--at <time>", "the instant that this database stands at")
    .option("--with-dependants", "also bring back rows elsewhere that vanished with the missing ones")
    .option("--with-parents", "also bring back rows elsewhere that the restored rows need and that are missing")
    .option("--keep-newer <column=time>", "changed-rows: leave rows alone that were changed after this time")
    .option("--map <old=new...>", "a column that was renamed since the backup")
    .option("--leave <column...>", "a column of the backup whose values are given up")
    .option("--retype <column...>", "a column whose type has changed, and whose values are read as the new one")
    .option("--skip-conflicts", "leave out missing rows whose unique values other rows have by now")
    .option(
      "--lock-timeout <seconds>",
      "how long a lock is waited for, each of five times; 3 without it",
      wholeNumber(1),
    )
    .option("--undo-directory <folder>", "where the undo file is written, which holds rows; .ithaca/undo without it")
    .addOption(
      new Option(
        "--export <file.csv>",
        "write the backup's rows as CSV with a header instead; production is not touched",
      ).conflicts(onlyRecovering),
    )
    .addHelpText(
      "after",
      examples(
        "recover table --table public.children --with-dependants",
        "recover table --table public.lessons --mode changed-rows --backup yesterday",
        "recover table --table public.children --with-dependants --execute --confirm inner-odyssey",
        "recover table --table public.children --export children.csv",
      ),
    )
    .action((options, command: Command) => {
      if (options.at !== undefined && options.from === undefined) {
        command.error("error: --at says when the database of --from stands, and --from is missing");
      }
      return runCommand(options, async (context) => {
        if (options.export !== undefined) {
          const written = await exportTable(context, { ...options, file: options.export });
          return {
            document: written,
            text: `${written.rows} rows of ${written.table} are in ${written.file}`,
            exitCode: 0,
          };
        }
        const result = await recoverTable(context, options);
        return { document: result, text: recoveryText(result), exitCode: exitCodeOf(result.verdict) };
      });
    });
}
