import type { Command } from "commander";
import { wholeNumber } from "./options.ts";

/** The options that every recovery takes. */
export function recoverOptions(command: Command): Command {
  return command
    .option("--database <name>", "which database of the plan; needed only where it has several")
    .option("--plan <file>", "the plan", "ithaca.yaml")
    .option("--json", "print one JSON document to stdout, everything else to stderr")
    .option("--execute", "do it; without this there is only the plan, and nothing is changed")
    .option("--confirm <database name>", "the plan's name of the database, typed out: needed with --execute")
    .option("--reason <text>", "why, for the incident's page")
    .option("--incident <id>", "the incident to go on with, or the name of the new one")
    .option("--incident-at <time>", "when the damage was done, such as 2026-11-22T14:30:00Z")
    .option("--watch <duration>", "how long to watch the error rate afterwards; as the plan says without it")
    .option("--watch-interval <seconds>", "seconds between two looks while watching", wholeNumber(1));
}
