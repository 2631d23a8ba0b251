import { Command } from "commander";
import { init } from "../../src/operations/init/init.ts";
import { affirmed } from "../terminal/ask.ts";
import { examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** Whether a plan may be replaced: the option says so, or the person at the terminal. */
async function mayReplace(
  { overwrite, json, plan }: { readonly overwrite?: boolean; readonly json?: boolean; readonly plan: string },
  databases: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  if (overwrite === true) return true;
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true && process.env.CI === undefined;
  if (json === true || !isTerminal) return false;
  const whose = databases.length === 0 ? "" : `, of ${databases.join(", ")}`;
  const question = `There is a plan at ${plan} already${whose}. Replace it?`;
  return affirmed(question, { input: process.stdin, output: process.stderr, signal });
}

/** `ithaca init` */
export function initCommand(): Command {
  return new Command("init")
    .description("Write a plan by reading a database, with the reason for each guess beside it")
    .option("--plan <file>", "where to write it", "ithaca.yaml")
    .option("--url-secret <name>", "environment variable that holds the connection string", "ITHACA_DATABASE_URL")
    .option(
      "--overwrite",
      "replace a plan that is there without asking; without a terminal none is replaced unless this says so",
    )
    .option("--json", "print one JSON document to stdout, everything else to stderr")
    .addHelpText("after", examples("init", "init --plan shop.yaml --url-secret SHOP_DATABASE_URL"))
    .action((options) =>
      runCommand(options, async (context) => {
        const { path, text, tables } = await init(context, {
          ...options,
          mayReplace: (databases: readonly string[]) => mayReplace(options, databases, context.signal),
        });
        return {
          document: { plan: path, tables, text },
          text: `Wrote ${path} from ${tables} tables. Read it, correct it, and commit it; then: npm run ithaca -- doctor`,
          exitCode: 0,
        };
      }),
    );
}
