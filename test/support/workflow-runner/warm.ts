import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** What an action's script is in every action.yml; nothing else is run in the warm process. */
export const actionScript = 'exec bash "$GITHUB_ACTION_PATH/../shared/start.sh"';

const answerSchema = z.object({ exitCode: z.int(), log: z.string() });

/** A process that runs actions without loading the library anew for each. */
export interface Warm extends Disposable {
  /** Runs the step if it is an action's; null where it is another script. */
  run(
    text: string,
    options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<z.output<typeof answerSchema> | null>;
}

/** Starts it. */
export function warmProcess(): Warm {
  const child = fork(fileURLToPath(new URL("warm-process.ts", import.meta.url)), { execArgv: [], stdio: "inherit" });
  const ended = once(child, "exit").then(() => [{ exitCode: 1, log: "the warm process has ended" }]);
  return {
    async run(text, { cwd, env }) {
      const path = env.GITHUB_ACTION_PATH;
      if (path === undefined || text.trim() !== actionScript) return null;
      child.send({ main: join(path, "main.ts"), cwd, env });
      const [answer]: unknown[] = await Promise.race([once(child, "message"), ended]);
      return answerSchema.parse(answer);
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}
