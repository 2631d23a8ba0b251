#!/usr/bin/env node
import "./terminal/require-node.ts";
import { Command } from "commander";
import { auditCommand } from "./commands/audit.ts";
import { backupCommand } from "./commands/backup.ts";
import { backupsCommand } from "./commands/backups.ts";
import { checkCommand } from "./commands/check.ts";
import { connectionCommand } from "./commands/connection.ts";
import { demoCommand } from "./commands/demo.ts";
import { diffCommand } from "./commands/diff.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { escalateCommand } from "./commands/escalate.ts";
import { initCommand } from "./commands/init.ts";
import { notifyCommand } from "./commands/notify.ts";
import { proveCommand } from "./commands/prove.ts";
import { recoverCommand } from "./commands/recover.ts";
import { reportsCommand } from "./commands/reports.ts";
import { retainCommand } from "./commands/retain.ts";
import { watchCommand } from "./commands/watch.ts";

const exitCodes = `
Exit codes: 0 proven or done, 1 failed, 2 wrong input or plan, 3 inconclusive, 130 stopped.`;

const program = new Command("ithaca")
  .description("Brings a PostgreSQL database home, and proves every night that it could.")
  .showSuggestionAfterError()
  .addHelpText("after", exitCodes)
  .exitOverride((error) => {
    // Help and version are answers; everything else that the parser refuses is wrong input.
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

/** The same behaviour towards mistakes for a command and the commands below it. */
function settled(command: Command): Command {
  for (const below of command.commands) settled(below);
  return command.copyInheritedSettings(program).showHelpAfterError("(see --help)");
}

for (const make of [
  demoCommand,
  backupCommand,
  backupsCommand,
  retainCommand,
  checkCommand,
  connectionCommand,
  proveCommand,
  diffCommand,
  watchCommand,
  notifyCommand,
  escalateCommand,
  recoverCommand,
  reportsCommand,
  auditCommand,
  doctorCommand,
  initCommand,
]) {
  program.addCommand(settled(make()));
}

await program.parseAsync();
