import { Command, Option } from "commander";
import { disaster, scenarios } from "../../src/operations/disaster.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { disasterText } from "../terminal/disaster-text.ts";
import { command, examples, wholeNumber } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

const what: Readonly<Record<(typeof scenarios)[number], string>> = {
  deleted: "The database is gone: a new project, the latest backup, and everybody led there",
  ransomware: "Somebody did it on purpose: keys, the state before, what was changed, everybody signed out",
  outage: "The provider is down: onto a PostgreSQL of your own, and back",
};

/** `ithaca disaster deleted|ransomware|outage`: the steps, unless a mode is given. */
export function disasterCommand(): Command {
  const group = new Command("disaster")
    .description("The plan's disasters step by step: shown, rehearsed, or carried out")
    .addHelpText("after", examples("disaster deleted", "disaster ransomware --rehearse"));
  for (const scenario of scenarios) {
    group.addCommand(
      command(scenario, what[scenario])
        .option("--rehearse", "go through the steps on throwaways; production is not reached")
        .option("--execute", "go through them in earnest, from where an earlier run has stopped")
        .option("--confirm <database>", "the plan's name of the database, typed")
        .option("--done <step...>", "steps that a person has done")
        .option("--backup <id>", "the backup to restore")
        .addOption(
          new Option(
            "--merge <id...>",
            "outage: three backups for the way back: as restored, the project's, the own server's",
          ).conflicts("rehearse"),
        )
        .option("--families <n>", "size of the made-up production of a rehearsal", wholeNumber(1), 100)
        .option("--no-e2e", "leave out the app's tests in a rehearsal, which is then inconclusive")
        .addHelpText(
          "after",
          examples(
            `disaster ${scenario}`,
            `disaster ${scenario} --rehearse`,
            `disaster ${scenario} --execute --confirm inner-odyssey`,
          ),
        )
        .showHelpAfterError("(see --help)")
        .action((options) =>
          runCommand(options, async (context) => {
            const result = await disaster(context, scenario, options);
            return { document: result, text: disasterText(result), exitCode: exitCodeOf(result.verdict) };
          }),
        ),
    );
  }
  return group;
}
