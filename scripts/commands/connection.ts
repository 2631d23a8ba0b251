import type { Command } from "commander";
import { connection } from "../../src/operations/connection.ts";
import { connectionText } from "../terminal/connection-text.ts";
import { command, examples } from "../terminal/options.ts";
import { runCommand } from "../terminal/run-command.ts";

/** `ithaca connection` */
export function connectionCommand(): Command {
  return command(
    "connection",
    "The connection string for a Supabase project's backups: its session pooler, over verified TLS",
  )
    .addHelpText("after", examples("connection", "connection --json"))
    .addHelpText(
      "after",
      "\nAsks Supabase with SUPABASE_ACCESS_TOKEN and SUPABASE_PROJECT_REF. Where SUPABASE_DB_PASSWORD is set the connection is tried.",
    )
    .action((options) =>
      runCommand(options, async (context) => {
        const outcome = await connection(context, options);
        return { document: outcome, text: connectionText(outcome), exitCode: outcome.tried?.ok === false ? 3 : 0 };
      }),
    );
}
