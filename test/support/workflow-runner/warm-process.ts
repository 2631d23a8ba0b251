import { pathToFileURL } from "node:url";
import { runAction } from "../../../actions/shared/run-action.ts";

/*
 * A process that stays and runs one action after the other: what each process of a workflow spends most of its time on
 * is to load the library. Everything else is as in a process of its own: the real main.ts, its environment and folder.
 */

interface Order {
  readonly main: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function carryOut({ main, cwd, env }: Order): Promise<{ exitCode: number; log: string }> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.exitCode = 0;
  let log = "";
  const collect = (chunk: string | Uint8Array): boolean => {
    log += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    return true;
  };
  const [out, err] = [process.stdout.write, process.stderr.write];
  process.stdout.write = collect;
  process.stderr.write = collect;
  try {
    const { action } = await import(pathToFileURL(main).href);
    await runAction(action);
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
    for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  }
  return { exitCode: Number(process.exitCode), log };
}

process.on("message", (order: Order) => {
  carryOut(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ exitCode: 1, log: String(error instanceof Error ? error.stack : error) }),
  );
});
