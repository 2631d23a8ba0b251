import { Command, InvalidArgumentError } from "commander";

/** A command with the options that every command takes. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option("--database <name>", "which database of the plan; needed only where it has several")
    .option("--plan <file>", "the plan", "ithaca.yaml")
    .option("--json", "print one JSON document to stdout, everything else to stderr");
}

/** Reads a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) {
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** Lines of examples under a command's help. */
export function examples(...lines: string[]): string {
  return shellExamples(...lines.map((line) => `npm run ithaca -- ${line}`));
}

/** Examples that are more than a call of Ithaca, such as a pipe. */
export function shellExamples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}
