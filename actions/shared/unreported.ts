import type { Unreported } from "../../src/operations/raise-issue.ts";
import { choice, text } from "./inputs.ts";
import { linesOf } from "./lines.ts";

/* How a step after an operation is told what became of it, where that left no report. */

/** Inputs of actions that come after an operation. */
export const operationInputs = {
  reports: text,
  outcome: choice(["success", "failure", "skipped", "cancelled"]),
  error: text,
};

/** What these inputs say, besides the reports. */
export interface AfterOperation {
  readonly database?: string | undefined;
  readonly reports?: string | undefined;
  readonly operation: string;
  readonly outcome: "success" | "failure" | "skipped" | "cancelled";
  readonly error?: string | undefined;
}

/**
 * The operation that ended without a report and not well; null where there is a report, or where it ended well. A step
 * that was skipped comes after one that failed: nothing was done either.
 */
export function unreportedOf({ database, reports, operation, outcome, error }: AfterOperation): Unreported | null {
  if (linesOf(reports).length > 0 || outcome === "success") return null;
  return {
    operation,
    reason: error ?? "A step before it failed, or its time was up; the log of the run says which and why.",
    ...(database === undefined ? {} : { database }),
  };
}
