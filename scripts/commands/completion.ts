import { Argument, Command } from "commander";
import { completionScript, shells } from "../terminal/completion.ts";
import { shellExamples } from "../terminal/options.ts";

/**
 * `ithaca completion bash|zsh|fish`
 *
 * @param program the whole command line, which is what is completed
 */
export function completionCommand(program: Command): Command {
  return new Command("completion")
    .description("Print what lets a shell complete commands, options and their values")
    .addArgument(new Argument("<shell>", "your shell").choices([...shells]))
    .addHelpText("after", shellExamples("source <(ithaca completion bash)", "ithaca completion fish | source"))
    .addHelpText("after", "\nIt completes the command `ithaca`, which `npm link` in Ithaca's folder gives you.")
    .action((shell: (typeof shells)[number]) => {
      process.stdout.write(completionScript(program, shell));
    });
}
