import { commandTree, pathOf } from "./command-tree.ts";
import { leftAsItWas } from "./terminal/left-as-it-was.ts";

/** Runs the command that the arguments name; an interrupted one says at its end what was left as it was. */
export async function runIthaca(): Promise<void> {
  let running = "";
  await commandTree()
    .hook("preAction", (_program, command) => {
      running = pathOf(command);
    })
    .parseAsync();
  if (process.exitCode === 130) process.stderr.write(`${leftAsItWas(running)}\n`);
}
