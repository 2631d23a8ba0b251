import { type Clock, systemClock } from "../base/clock.ts";
import type { Progress } from "../base/progress.ts";

/** What every use case gets from its front end, so that none reads the process on its own. */
export interface UseCaseContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly progress: Progress;
  /** Aborted when a person or the runner stops the run. */
  readonly signal: AbortSignal;
  /** The folder that relative paths are relative to. */
  readonly workingDirectory: string;
}

/** The context of a real process. */
export function processContext(parts: { progress: Progress; signal: AbortSignal }): UseCaseContext {
  return {
    environment: process.env,
    clock: systemClock,
    workingDirectory: process.cwd(),
    ...parts,
  };
}
