import { readFileSync } from "node:fs";
import { Command } from "commander";
import { auditCommand } from "./commands/audit.ts";
import { backupCommand } from "./commands/backup.ts";
import { backupsCommand } from "./commands/backups.ts";
import { checkCommand } from "./commands/check.ts";
import { completionCommand } from "./commands/completion.ts";
import { connectionCommand } from "./commands/connection.ts";
import { demoCommand } from "./commands/demo.ts";
import { diffCommand } from "./commands/diff.ts";
import { disasterCommand } from "./commands/disaster.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { drillCommand } from "./commands/drill.ts";
import { escalateCommand } from "./commands/escalate.ts";
import { initCommand } from "./commands/init.ts";
import { notifyCommand } from "./commands/notify.ts";
import { proveCommand } from "./commands/prove.ts";
import { recoverCommand } from "./commands/recover.ts";
import { reportsCommand } from "./commands/reports.ts";
import { retainCommand } from "./commands/retain.ts";
import { watchCommand } from "./commands/watch.ts";
import { refuseUsage } from "./terminal/refuse-usage.ts";

const exitCodes = `
Exit codes: 0 proven or done, 1 failed, 2 wrong input or plan, 3 inconclusive, 130 stopped.`;

/** Every command, in the order in which people meet them. */
const commands = [
  demoCommand,
  initCommand,
  doctorCommand,
  backupCommand,
  backupsCommand,
  proveCommand,
  diffCommand,
  checkCommand,
  retainCommand,
  recoverCommand,
  disasterCommand,
  drillCommand,
  watchCommand,
  notifyCommand,
  escalateCommand,
  reportsCommand,
  auditCommand,
  connectionCommand,
];

/** The same behaviour towards mistakes, and the exit codes in the help, for a command and the commands below it. */
function settled(command: Command, program: Command): Command {
  for (const below of command.commands) settled(below, program);
  return command.copyInheritedSettings(program).addHelpText("after", exitCodes);
}

/** The version in package.json. */
function version(): string {
  const found: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof found === "object" && found !== null && "version" in found ? String(found.version) : "unknown";
}

/**
 * The whole command line. Help and `--version` end with 0, and whatever else the parser refuses is wrong input: 2.
 *
 * @example await commandTree().parseAsync();
 */
export function commandTree(): Command {
  const program = refuseUsage(new Command("ithaca"))
    .description("Brings a PostgreSQL database home, and proves every night that it could.")
    .version(version())
    .showSuggestionAfterError()
    .showHelpAfterError("(see --help)")
    .addHelpText("after", "\nFirst steps:\n  npm run demo\n  npm run ithaca -- init\n  npm run ithaca -- doctor")
    .addHelpText("after", exitCodes);
  for (const make of commands) program.addCommand(settled(make(), program));
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
