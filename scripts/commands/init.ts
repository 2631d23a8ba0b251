import { Command } from "commander";
import { init } from "../../src/operations/init/init.ts";
import { examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca init` */
export function initCommand(): Command {
  return new Command("init")
    .description("Write a plan by reading a database, with the reason for each guess beside it")
    .option("--plan <file>", "where to write it", "ithaca.yaml")
    .option("--url-secret <name>", "environment variable that holds the connection string", "ITHACA_DATABASE_URL")
    .option("--overwrite", "replace a plan that is there")
    .option("--json", "print one JSON document to stdout, everything else to stderr")
    .addHelpText("after", examples("init", "init --plan shop.yaml --url-secret SHOP_DATABASE_URL"))
    .action((options) =>
      runCommand(options, async (context) => {
        const { path, text, tables } = await init(context, options);
        return {
          document: { plan: path, tables, text },
          text: `Wrote ${path} from ${tables} tables. Read it, correct it, and commit it; then: npm run ithaca -- doctor`,
          exitCode: 0,
        };
      }),
    );
}
