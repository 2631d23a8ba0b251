import { appendFile, stat } from "node:fs/promises";
import * as core from "@actions/core";
import type { z } from "zod";
import { IthacaError, messageOf } from "../../src/base/errors.ts";
import { redact } from "../../src/base/redact.ts";
import { prepareRuntime } from "../../src/base/runtime.ts";
import { processContext, type UseCaseContext } from "../../src/operations/context.ts";
import { prose } from "../../src/report/escape.ts";
import { withoutPictures } from "../../src/report/picture.ts";
import { readInputs } from "./inputs.ts";
import { groupProgress } from "./progress.ts";
import { maskSecrets } from "./secrets.ts";
import { leadOf } from "./summary.ts";

/** What an action came to. */
export interface ActionResult {
  /** The outputs that its action.yml declares; an output that is not set is the empty string. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown for the page of the run. */
  readonly summary: string;
  /** 0 as it should be, 1 failed, 3 inconclusive. */
  readonly exitCode: number;
  /** Why it is not 0, as a sentence; what the summary begins with is told where it is left out. */
  readonly error?: string;
}

/** One action: its inputs, and the one use case that it calls. */
export interface Action<S extends z.ZodRawShape> {
  readonly inputs: S;
  readonly run: (context: UseCaseContext, inputs: z.output<z.ZodObject<S>>) => Promise<ActionResult>;
}

/** Types an action by its inputs. */
export function defineAction<S extends z.ZodRawShape>(action: Action<S>): Action<S> {
  return action;
}

/** GitHub refuses a summary of more than 1 MiB, for all steps of a job together. */
const longestSummary = 200_000;

/** Characters of an error on the page of a run. */
const longestMessage = 4000;

/** The runner stops a job by SIGINT, then SIGTERM 7.5 seconds later: enough to tidy up, not to go on. */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) return;
      controller.abort(
        new IthacaError(
          "run.interrupted",
          "interrupted",
          "The run was cancelled, or its time was up; start it again when it suits.",
        ),
      );
    });
  }
  return controller.signal;
}

async function writeSummary(environment: UseCaseContext["environment"], markdown: string): Promise<void> {
  const path = environment.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === "" || markdown === "") return;
  const written = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  const room = Math.max(0, longestSummary - written);
  // Pictures lie beside a report, and not beside the page of a run.
  await appendFile(path, `${redact(withoutPictures(markdown)).slice(0, room)}\n`);
}

/**
 * Runs an action to its end: inputs from the environment, one use case, outputs, a summary, the exit code. A person's
 * mistake is one annotation; only a fault of Ithaca itself shows where it happened.
 */
export async function performAction<S extends z.ZodRawShape>(
  action: Action<S>,
  context: UseCaseContext,
): Promise<number> {
  maskSecrets(context.environment);
  try {
    const result = await action.run(context, readInputs(action.inputs, context.environment));
    const { outputs, summary, exitCode } = result;
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, redact(value));
    await writeSummary(context.environment, summary);
    if (exitCode !== 0) {
      // The page of a run shows annotations first: one says what is wrong, and the summary the rest.
      const error = redact(result.error || leadOf(summary)) || "It did not end well; the log says why.";
      core.error(error);
      if (outputs.error === undefined) core.setOutput("error", error);
    }
    return exitCode;
  } catch (thrown) {
    const known = thrown instanceof IthacaError;
    const message = redact(messageOf(thrown));
    core.error(message);
    await writeSummary(
      context.environment,
      `**${known ? "It could not be done." : "Ithaca failed."}** ${prose(message, longestMessage)}\n`,
    );
    core.setOutput("error", message);
    // Nothing was changed, and whoever asked reads it here: no incident for a word that was mistyped.
    core.setOutput("mistake", String(known && thrown.kind === "input"));
    if (known) return thrown.exitCode;
    core.info("This is a fault in Ithaca itself, not in your database: please report it with these lines.");
    if (thrown instanceof Error && thrown.stack) core.info(redact(thrown.stack));
    return 3;
  }
}

/** The whole of an action's process. */
export async function runAction<S extends z.ZodRawShape>(action: Action<S>): Promise<void> {
  prepareRuntime();
  const progress = groupProgress({
    startGroup: core.startGroup,
    endGroup: core.endGroup,
    info: core.info,
    warning: (message) => core.warning(message),
  });
  const context = processContext({ progress, signal: cancellation() });
  // A secret or variable that is not set reaches the step as an empty text; some tools take offence at that.
  const set = Object.entries(context.environment).filter(([, value]) => value !== "");
  process.exitCode = await performAction(action, { ...context, environment: Object.fromEntries(set) });
}
