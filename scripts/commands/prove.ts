import { type Command, Option } from "commander";
import { prove } from "../../src/operations/prove.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { command, examples } from "../terminal/options.ts";
import { proofText } from "../terminal/proof-text.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca prove` */
export function proveCommand(): Command {
  return command("prove", "Restore a backup into a throwaway database and prove that it is the database")
    .option("--backup <which>", "latest, yesterday, random, or a backup's id", "latest")
    .addOption(
      new Option(
        "--archive <path...>",
        "prove a backup directory, a pg_dump archive or SQL dump, or the files of supabase db dump",
      ).conflicts("backup"),
    )
    .addOption(
      new Option("--kind <kind>", "what the report is filed as")
        .choices(["manual", "daily", "weekly", "monthly", "drill", "recovery"])
        .default("manual"),
    )
    .option("--damage <file.sql>", "run SQL on the copy before the checks; such a run never counts as a proof")
    .option(
      "--platform-branch",
      "prove the platform's own backup on a branch made from it (billed by the hour; deleted in every case)",
    )
    .option("--e2e", "run the app's own tests on the copy, as the plan's rehearsal says")
    .addHelpText(
      "after",
      examples(
        "prove",
        "prove --backup yesterday --kind weekly",
        "prove --archive ./2026-11-22-backup --json",
        "prove --backup latest --kind monthly --e2e",
        "prove --archive roles.sql schema.sql data.sql",
      ),
    )
    .action((options) =>
      runCommand(options, async (context) => {
        const report = await prove(context, options);
        return { document: report, text: proofText(report), exitCode: exitCodeOf(report.verdict) };
      }),
    );
}
