import { Command } from "commander";
import { buildReports, verifyReports } from "../../src/operations/reports.ts";
import { reportsSite } from "../../src/operations/reports-site.ts";
import { examples } from "../terminal/options.ts";
import { buildText, siteText, verifyText } from "../terminal/reports-text.ts";
import { runCommand } from "../terminal/run-command.ts";

/** A command that is about all databases of the plan. */
function common(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--plan <file>", "the plan", "ithaca.yaml")
    .option("--json", "print one JSON document to stdout, everything else to stderr");
}

const exitCodes = { intact: 0, changed: 1, inconclusive: 3 } as const;

function verifyCommand(): Command {
  return common("verify", "Walk along the evidence chain: which report was altered, removed or inserted")
    .option("--expect <digests...>", "digests of the chain that were kept elsewhere, such as in a mail")
    .option("--vault", "also compare with what the backups in the vault remember")
    .addHelpText(
      "after",
      examples("reports verify", "reports verify --vault", "reports verify --expect <64 hexadecimal digits>"),
    )
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await verifyReports(context, options);
        return { document: outcome, text: verifyText(outcome), exitCode: exitCodes[outcome.verdict] };
      }),
    );
}

function buildCommand(): Command {
  return common(
    "build",
    "Draw the charts and make the index anew, and add what no link of the evidence chain holds yet",
  )
    .addHelpText("after", examples("reports build"))
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await buildReports(context, options);
        return { document: outcome, text: buildText(outcome), exitCode: 0 };
      }),
    );
}

function siteCommand(): Command {
  return common("site", "Write a static site of the reports, for GitHub Pages or any other server")
    .requiredOption("--out <folder>", "where to: a new folder, or that of an older site")
    .addHelpText("after", examples("reports site --out site"))
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await reportsSite(context, options);
        return { document: outcome, text: siteText(outcome), exitCode: outcome.withheld.length === 0 ? 0 : 1 };
      }),
    );
}

/** `ithaca reports verify|build|site` */
export function reportsCommand(): Command {
  const reports = new Command("reports")
    .description("The reports' folder: its index and its evidence chain")
    .addHelpText("after", examples("reports verify", "reports build"));
  for (const make of [verifyCommand, buildCommand, siteCommand]) reports.addCommand(make());
  return reports;
}
