import { commandTree, pathOf } from "./command-tree.ts";
import { leftAsItWas } from "./terminal/left-as-it-was.ts";
import { outliveOutput } from "./terminal/outlive-output.ts";

/** Runs the command that the arguments name; an interrupted one says at its end what was left as it was. */
export async function runIthaca(): Promise<void> {
  outliveOutput();
  let running = "";
  // Nothing but a command's name stands before its options.
  const called = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  const program = await commandTree(called);
  await program
    .hook("preAction", (_program, command) => {
      running = pathOf(command);
    })
    .parseAsync();
  if (process.exitCode === 130) process.stderr.write(`${leftAsItWas(running)}\n`);
}
