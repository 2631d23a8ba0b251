import { Command } from "commander";
import { init, type OlderPlan } from "../../src/operations/init/init.ts";
import { affirmed } from "../terminal/ask.ts";
import { examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** Whether a plan may be replaced: the option says so, or the person at the terminal. */
async function mayReplace(
  { overwrite, json, plan }: { readonly overwrite?: boolean; readonly json?: boolean; readonly plan: string },
  { databases, keptAs }: OlderPlan,
  signal: AbortSignal,
): Promise<boolean> {
  if (overwrite === true) return true;
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true && process.env.CI === undefined;
  if (json === true || !isTerminal) return false;
  const whose = databases.length === 0 ? "" : `, of ${databases.join(", ")}`;
  const question = `There is a plan at ${plan} already${whose}. Put another in its place, and keep it as ${keptAs}?`;
  return affirmed(question, { input: process.stdin, output: process.stderr, signal });
}

/** `ithaca init` */
export function initCommand(): Command {
  return new Command("init")
    .description("Write a plan by reading a database, with the reason for each guess beside it")
    .option("--plan <file>", "where to write it", "ithaca.yaml")
    .option("--url-secret <name>", "environment variable that holds the connection string", "ITHACA_DATABASE_URL")
    .option("--overwrite", "put it in the place of a plan that is there, and keep that one beside it, without asking")
    .option("--json", "print one JSON document to stdout, everything else to stderr")
    .addHelpText("after", examples("init", "init --plan shop.yaml --url-secret SHOP_DATABASE_URL"))
    .action((options) =>
      runCommand(options, async (context) => {
        const { path, text, tables, keptAs } = await init(context, {
          ...options,
          mayReplace: (older) => mayReplace(options, older, context.signal),
        });
        return {
          document: { plan: path, tables, kept_as: keptAs, text },
          text: `Wrote ${path} from ${tables} tables.${keptAs === null ? "" : ` The plan that was there is now ${keptAs}.`} Read it, correct it, and commit it; then: npm run ithaca -- doctor`,
          exitCode: 0,
        };
      }),
    );
}
