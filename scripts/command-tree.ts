import { readFileSync } from "node:fs";
import { Command } from "commander";
import { completionCommand } from "./commands/completion.ts";
import { refuseEmptyValues, refuseSecondValues, refuseUsage } from "./terminal/refuse-usage.ts";

const exitCodes = `
Exit codes: 0 proven or done, 1 failed, 2 wrong input or plan, 3 inconclusive, 130 stopped.`;

/** Every command, in the order in which people meet them. What is not called is not loaded: that halves the start. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import("./commands/demo.ts")).demoCommand(),
  init: async () => (await import("./commands/init.ts")).initCommand(),
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand(),
  backup: async () => (await import("./commands/backup.ts")).backupCommand(),
  backups: async () => (await import("./commands/backups.ts")).backupsCommand(),
  prove: async () => (await import("./commands/prove.ts")).proveCommand(),
  diff: async () => (await import("./commands/diff.ts")).diffCommand(),
  check: async () => (await import("./commands/check.ts")).checkCommand(),
  retain: async () => (await import("./commands/retain.ts")).retainCommand(),
  recover: async () => (await import("./commands/recover.ts")).recoverCommand(),
  disaster: async () => (await import("./commands/disaster.ts")).disasterCommand(),
  drill: async () => (await import("./commands/drill.ts")).drillCommand(),
  watch: async () => (await import("./commands/watch.ts")).watchCommand(),
  notify: async () => (await import("./commands/notify.ts")).notifyCommand(),
  escalate: async () => (await import("./commands/escalate.ts")).escalateCommand(),
  reports: async () => (await import("./commands/reports.ts")).reportsCommand(),
  audit: async () => (await import("./commands/audit.ts")).auditCommand(),
  connection: async () => (await import("./commands/connection.ts")).connectionCommand(),
};

/** The same behaviour towards mistakes, and the exit codes in the help, for a command and the commands below it. */
function settled(command: Command, program: Command): Command {
  for (const below of command.commands) settled(below, program);
  refuseSecondValues(command);
  return command.copyInheritedSettings(program).addHelpText("after", exitCodes);
}

/** The version in package.json. */
function version(): string {
  const found: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof found === "object" && found !== null && "version" in found ? String(found.version) : "unknown";
}

/**
 * The command line. Help and `--version` end with 0, and whatever else the parser refuses is wrong input: 2.
 *
 * @param called the command that is called; only that one is loaded. All of them without it, or where there is no such command
 * @example await (await commandTree()).parseAsync();
 */
export async function commandTree(called?: string): Promise<Command> {
  const program = refuseUsage(new Command("ithaca"))
    .description("Brings a PostgreSQL database home, and proves every night that it could.")
    .version(version())
    .showSuggestionAfterError()
    .showHelpAfterError("(see --help)")
    .addHelpText("after", "\nFirst steps:\n  npm run demo\n  npm run ithaca -- init\n  npm run ithaca -- doctor")
    .addHelpText("after", exitCodes);
  program.hook("preAction", (_program, command) => refuseEmptyValues(command));
  const only = called !== undefined && Object.hasOwn(commands, called) ? commands[called] : undefined;
  for (const make of only === undefined ? Object.values(commands) : [only]) {
    program.addCommand(settled(await make(), program));
  }
  return program.addCommand(settled(completionCommand(program), program));
}

/** The words that call a command, such as `recover table`. */
export function pathOf(command: Command): string {
  const above = command.parent;
  return above === null || above.parent === null ? command.name() : `${pathOf(above)} ${command.name()}`;
}

/** A command and all below it, by the words that call them. */
export function everyCommand(program: Command): ReadonlyMap<string, Command> {
  const below = program.commands.flatMap((command) => [[pathOf(command), command] as const, ...everyCommand(command)]);
  return new Map(below);
}
