#!/usr/bin/env node
import "./terminal/require-node.ts";
import { Command } from "commander";
import { tryDamages } from "../src/operations/damages/damages.ts";
import { damagesText } from "./terminal/damages-text.ts";
import { wholeNumber } from "./terminal/options.ts";
import { refuseUsage } from "./terminal/refuse-usage.ts";
import { runCommand } from "./terminal/run-command.ts";

await refuseUsage(new Command("damages"))
  .description("Try the catalogue of damage: every kind must be noticed, and nothing undamaged may raise an alarm")
  .option(
    "--plan <file>",
    "the plan of the made-up database; inner-odyssey.yaml beside it is taken first",
    "ithaca.yaml",
  )
  .option("--only <text>", "only kinds whose family or name holds this text")
  .option("--sample <number>", "only so many of them", wholeNumber(1))
  .option("--seed <text>", "which ones are drawn", "1")
  .option("--json", "print one JSON document")
  .action((options) =>
    runCommand(options, async (context) => {
      const result = await tryDamages(context, options);
      const right = result.caught === result.damages && result.falseAlarms === 0;
      return { document: result, text: damagesText(result), exitCode: right ? 0 : 1 };
    }),
  )
  .parseAsync();
