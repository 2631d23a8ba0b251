import type { Command, CommanderError } from "commander";
import { operationErrors } from "../../src/operations/errors.ts";

/** What the parser has against the arguments; its own text goes to stderr, with the nearest option where there is one. */
function reasonOf({ code, message }: CommanderError): string {
  if (code === "commander.help") return "Which command is meant is not said to the end";
  return message
    .replace(/^error: /, "")
    .replaceAll(/\s+/g, " ")
    .replace(/\.$/, "");
}

/** Refuses an option whose value is empty: in a shell that is nearly always a variable that is not set. */
export function refuseEmptyValues(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (command.getOptionValueSource(name) !== "cli") continue;
    const values: unknown[] = [command.getOptionValue(name)].flat();
    if (values.some((value) => typeof value === "string" && value.trim() === "")) {
      command.error(`error: option '${option.flags}' is empty: give it a value, or leave it out`);
    }
  }
}

/** Refuses an option of one value that is given twice: the parser would take the last and leave the first undone. */
export function refuseSecondValues(command: Command): void {
  for (const option of command.options.filter(({ required, variadic }) => required && !variadic)) {
    let given = false;
    command.on(`option:${option.name()}`, () => {
      if (given) command.error(`error: option '${option.flags}' is given twice and takes one value: leave one out`);
      given = true;
    });
  }
}

/**
 * Ends a program whose arguments the parser refuses as any other wrong input ends: with 2, and under `--json` with a
 * document on stdout. Help and `--version` end with 0.
 */
export function refuseUsage(program: Command): Command {
  return program.exitOverride((error) => {
    if (error.exitCode !== 0 && process.argv.includes("--json")) {
      const { id, message } = operationErrors.usage({ why: reasonOf(error) });
      process.stdout.write(`${JSON.stringify({ error: { id, message } }, null, 2)}\n`);
    }
    process.exit(error.exitCode === 0 ? 0 : 2);
  });
}
