import type { UseCaseContext } from "../../src/operations/context.ts";

/**
 * Whether GitHub has started this run once more. "Re-run jobs" gives what was typed for an earlier attempt again, and asks
 * nobody to type it.
 */
export function isRunAgain({ environment }: Pick<UseCaseContext, "environment">): boolean {
  return (environment.GITHUB_RUN_ATTEMPT ?? "1") !== "1";
}
