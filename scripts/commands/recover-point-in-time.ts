import { Command, Option } from "commander";
import { recoverPointInTime } from "../../src/operations/recover-point-in-time.ts";
import { tableModes } from "../../src/operations/recover-table.ts";
import { rehearsePointInTime } from "../../src/operations/rehearse-point-in-time.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { examples, wholeNumber } from "../terminal/options.ts";
import { pointText, rehearsalText } from "../terminal/point-text.ts";
import { recoverOptions } from "../terminal/recovery-options.ts";
import { recoveryText } from "../terminal/recovery-text.ts";
import { runCommand } from "../terminal/run-command.ts";

/** What is done with a copy that people look at, and not with one that a table is brought out of. */
const onlyLooking = ["look", "hold", "save", "intoVault"] as const;

/** What says how a table is brought back. */
const onlyOfTables = ["mode", "withDependants", "withParents", "keepNewer"] as const;

/** `ithaca recover point-in-time` */
export function pointInTimeCommand(): Command {
  return recoverOptions(new Command("point-in-time").description("To a second of your choice, or just before an event"))
    .option(
      "--to <point>",
      '"2025-01-16 14:30:00 UTC", "10 minutes ago", "just before transaction 743", "just before migration 2025...", "latest"',
    )
    .addOption(
      new Option("--rehearse", "restore a random second of the window beside, prove it, and write a report").conflicts([
        ...["to", "execute", "confirm", "table", "timeline"],
        ...onlyLooking,
      ]),
    )
    .option("--look <table:key...>", "records to show then and now, on this terminal only; pgBackRest")
    .option("--hold <duration>", "keep the copy so long to look around in it with psql; pgBackRest")
    .addOption(
      new Option("--table <name>", "bring this table back out of the copy; pgBackRest").conflicts([...onlyLooking]),
    )
    .addOption(new Option("--mode <mode>", "what is brought back of the table").choices([...tableModes]))
    .option("--with-dependants", "also what depended on missing rows and vanished with them")
    .option("--with-parents", "also bring back rows elsewhere that the restored rows need and that are missing")
    .option("--keep-newer <column=time>", "changed-rows: leave rows alone that were changed after this time")
    .addOption(
      new Option(
        "--save <folder>",
        "keep a backup of the copy in an empty folder, for recover full --archive; pgBackRest",
      ).conflicts("intoVault"),
    )
    .option("--into-vault", "keep a backup of the copy in the vault, dated as of the point; pgBackRest")
    .option("--timeline <which>", "latest, current or a number; production's own without it; pgBackRest")
    .option("--lag-seconds <seconds>", "how long to wait for the platform's archive; Supabase", wholeNumber(0))
    .addHelpText(
      "after",
      examples(
        'recover point-in-time --to "10 minutes ago" --look public.children:42',
        'recover point-in-time --to "just before migration 20250116143000" --table public.children',
        'recover point-in-time --to "2025-01-16 14:30:00 UTC" --execute --confirm inner-odyssey',
        "recover point-in-time --rehearse",
      ),
    )
    .action((options, command: Command) => {
      if (options.to === undefined && !options.rehearse) command.error("error: say --to <point>, or --rehearse");
      const stray = onlyOfTables.find((name) => options[name] !== undefined);
      if (stray !== undefined && options.table === undefined) {
        const flags = command.options.find((option) => option.attributeName() === stray)?.flags;
        command.error(`error: ${flags} says how a table is brought back, and --table is missing`);
      }
      return runCommand(options, async (context) => {
        if (options.rehearse) {
          const report = await rehearsePointInTime(context, options);
          return { document: report, text: rehearsalText(report), exitCode: exitCodeOf(report.verdict) };
        }
        const result = await recoverPointInTime(context, options);
        if (result.kind === "view") {
          const { view } = result;
          return { document: view, text: pointText(view), exitCode: exitCodeOf(view.verdict) };
        }
        const { recovery } = result;
        return { document: recovery, text: recoveryText(recovery), exitCode: exitCodeOf(recovery.verdict) };
      });
    });
}
