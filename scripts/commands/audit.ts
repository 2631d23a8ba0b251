import { Command, Option } from "commander";
import { auditMigration, exportAudit, listAudit } from "../../src/operations/audit.ts";
import { auditText, unreadableText } from "../terminal/audit-text.ts";
import { command, examples, shellExamples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** The options that say what of the record is asked for. */
function filtered(name: string, description: string): Command {
  return command(name, description)
    .option("--operation <type>", "only these, such as backup or recovery")
    .option("--status <status>", "only those that ended so: succeeded, failed, ..., or unfinished")
    .option("--since <time>", "only what began on this day or later, such as 2026-11-22")
    .option("--until <time>", "only what began on this day or earlier");
}

function listCommand(): Command {
  return filtered("list", "Operations, newest first: what was done, by whom, and how it ended")
    .addHelpText(
      "after",
      examples(
        "audit list",
        "audit list --operation recovery --since 2026-10-01",
        "audit list --status unfinished --json",
      ),
    )
    .action((options) =>
      runCommand(options, async (context) => {
        const listing = await listAudit(context, options);
        return { document: listing, text: auditText(listing), exitCode: listing.unreadable.length > 0 ? 1 : 0 };
      }),
    );
}

function exportCommand(): Command {
  return filtered("export", "Every entry, oldest first, as the table backup_audit_log has them")
    .addOption(new Option("--format <format>", "what is printed").choices(["csv", "json"]).default("csv"))
    .addHelpText("after", shellExamples("npm run --silent ithaca -- audit export --since 2026-01-01 > audit-2026.csv"))
    .action((options, command: Command) => {
      if (options.json && options.format === "csv" && command.getOptionValueSource("format") === "cli") {
        command.error("error: --json prints JSON, and --format csv does not");
      }
      return runCommand({ json: options.json || options.format === "json" }, async (context) => {
        const exported = await exportAudit(context, options);
        for (const line of unreadableText(exported.unreadable)) context.progress.warn(line);
        return {
          document: { entries: exported.entries, unreadable: exported.unreadable },
          text: exported.csv,
          exitCode: exported.unreadable.length > 0 ? 1 : 0,
        };
      });
    });
}

function migrationCommand(): Command {
  return new Command("migration")
    .description("Print the SQL that makes backup_audit_log, for you to apply; no run of Ithaca does")
    .option("--json", "print one JSON document to stdout, everything else to stderr")
    .addHelpText(
      "after",
      shellExamples(
        "npm run --silent ithaca -- audit migration | psql --single-transaction -v ON_ERROR_STOP=1 -d <database>",
      ),
    )
    .action((options) =>
      runCommand(options, async () => {
        const sql = auditMigration();
        return { document: { sql }, text: sql, exitCode: 0 };
      }),
    );
}

/** `ithaca audit list|export|migration` */
export function auditCommand(): Command {
  const audit = new Command("audit")
    .description("The record of every operation: list it, export it")
    .addHelpText("after", examples("audit list", "audit export"));
  for (const make of [listCommand, exportCommand, migrationCommand]) audit.addCommand(make());
  return audit;
}
