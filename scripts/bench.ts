#!/usr/bin/env node
import "./terminal/require-node.ts";
import { Command } from "commander";
import { bench } from "../src/operations/bench/bench.ts";
import { benchText } from "./terminal/bench-text.ts";
import { wholeNumber } from "./terminal/options.ts";
import { refuseUsage } from "./terminal/refuse-usage.ts";
import { runCommand } from "./terminal/run-command.ts";

await refuseUsage(new Command("bench"))
  .description("Measure the pipeline against what people do without it; every promise is a row, kept or not")
  .option("--full", "also with sixteen times the data; the quick run takes less than ten minutes")
  .option("--only <text>", "only the data sets whose name holds this text")
  .option("--rounds <number>", "rounds over each data set of each size", wholeNumber(1), 3)
  .option("--budget <seconds>", "no further round over the same data begins after so many seconds", wholeNumber(1), 15)
  .option(
    "--plan <file>",
    "the plan of the made-up database; inner-odyssey.yaml beside it is taken first",
    "ithaca.yaml",
  )
  .option("--source", "measure the database of ITHACA_SOURCE_URL instead; it is only read")
  .option("--json", "print one JSON document")
  .action((options) =>
    runCommand(options, async (context) => {
      const result = await bench(context, options);
      const kept = result.targets.every(({ pass }) => pass === true || pass === "reported");
      return { document: result, text: benchText(result), exitCode: result.stopped ? 130 : kept ? 0 : 1 };
    }),
  )
  .parseAsync();
