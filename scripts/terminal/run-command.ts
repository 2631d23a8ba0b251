import { IthacaError, messageOf } from "../../src/base/errors.ts";
import { redact } from "../../src/base/redact.ts";
import { processContext, type UseCaseContext } from "../../src/operations/context.ts";
import { terminalProgress } from "./progress.ts";

/** What a command came to: the document for `--json`, the text for people, the exit code. */
export interface CommandResult {
  readonly document: unknown;
  readonly text: string;
  readonly exitCode: number;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** Ctrl-C and a runner's cancellation: the first stops the work in order, the second at once (the guards then clean up). */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      process.stderr.write("\nStopping: cleaning up what this run has made. Once more ends it at once.\n");
      controller.abort(
        new IthacaError(
          "run.interrupted",
          "interrupted",
          "Stopped on request; what this run made for itself is cleaned up.",
        ),
      );
    });
  }
  return controller.signal;
}

/**
 * Runs one command to its end: progress and errors to stderr, the result to stdout, the design's exit codes.
 * A person's mistake is one sentence; only a fault of Ithaca itself shows where it happened.
 */
export async function runCommand(
  options: CommonOptions,
  work: (context: UseCaseContext) => Promise<CommandResult>,
): Promise<void> {
  const interactive = process.stderr.isTTY === true && process.env.CI === undefined;
  const progress = terminalProgress({
    write: (text) => process.stderr.write(text),
    interactive,
    colours: interactive && process.env.NO_COLOR === undefined,
  });
  try {
    const result = await work(processContext({ progress, signal: interruption() }));
    const text = options.json ? JSON.stringify(result.document, null, 2) : result.text;
    process.stdout.write(`${redact(text)}\n`);
    process.exitCode = result.exitCode;
  } catch (error) {
    process.exitCode = report(error, options.json === true);
  }
}

function report(thrown: unknown, json: boolean): number {
  const known = thrown instanceof IthacaError;
  const message = redact(messageOf(thrown));
  if (json) {
    const id = known ? thrown.id : "run.unexpected";
    process.stdout.write(`${JSON.stringify({ error: { id, message } }, null, 2)}\n`);
  }
  process.stderr.write(`${message}\n`);
  if (known) return thrown.exitCode;
  process.stderr.write("This is a fault in Ithaca itself, not in your database: please report it with these lines.\n");
  if (thrown instanceof Error && thrown.stack) process.stderr.write(`${redact(thrown.stack)}\n`);
  return 3;
}
