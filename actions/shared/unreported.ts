import type { Unreported } from "../../src/operations/raise-issue.ts";
import { choice, flag, text } from "./inputs.ts";
import { linesOf } from "./lines.ts";

/* How a step after an operation is told what became of it, where that left no report. */

/** Inputs of actions that come after an operation. */
export const operationInputs = {
  reports: text,
  outcome: choice(["success", "failure", "skipped", "cancelled"]),
  error: text,
  mistake: flag,
};

/** What these inputs say, besides the reports. */
export interface AfterOperation {
  readonly database?: string | undefined;
  readonly reports?: string | undefined;
  readonly operation: string;
  readonly outcome: "success" | "failure" | "skipped" | "cancelled";
  readonly error?: string | undefined;
  /** Whether it was asked for wrongly by a person, who was told at once: nothing was done, and nobody else needs to know. */
  readonly mistake: boolean;
}

/**
 * The operation that ended without a report and not well; null where there is a report, where it ended well, or was a mistake. A step
 * that was skipped comes after one that failed: nothing was done either.
 */
export function unreportedOf(after: AfterOperation): Unreported | null {
  const { database, reports, operation, outcome, error, mistake } = after;
  if (linesOf(reports).length > 0 || outcome === "success" || mistake) return null;
  return {
    operation,
    reason: error ?? "A step before it failed, or its time was up; the log of the run says which and why.",
    ...(database === undefined ? {} : { database }),
  };
}
