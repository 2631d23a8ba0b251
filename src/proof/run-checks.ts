import { stopwatch } from "../base/clock.ts";
import type { Progress } from "../base/progress.ts";
import { allChecks } from "./all-checks.ts";
import { type Found, judgeExceptions, planExceptions } from "./checks/plan-exceptions.ts";
import { applyExcuses } from "./excuse.ts";
import { describeFailure } from "./failure.ts";
import { notRun } from "./outcome.ts";
import type { Check, CheckOutcome, CheckResult, NotCovered, ProofContext } from "./types.ts";

/** What all checks of a proof came to. */
export interface ProofChecks {
  readonly checks: CheckResult[];
  readonly notCovered: NotCovered[];
}

/** Runs one check; whatever it throws means that it could not be run, which is never a pass. */
async function attempt(check: Check, context: ProofContext): Promise<CheckOutcome> {
  try {
    return await check.run(context);
  } catch (thrown) {
    return notRun("", describeFailure(thrown));
  }
}

/** A check's outcome with its time; null where it does not apply. */
export function toResult(
  { id, title }: { readonly id: string; readonly title: string },
  outcome: CheckOutcome,
  seconds: number,
): CheckResult | null {
  const { status, expected, actual, findings = [], reason = "" } = outcome;
  return status === "not_applicable" ? null : { id, title, status, expected, actual, findings, seconds, reason };
}

/**
 * Runs the checks one after the other on what the context holds, applies the plan's exceptions to their findings, and
 * closes with the check of the exceptions themselves. A check that has nothing to check leaves no result but an entry
 * of what is not covered. Throws nothing of its own.
 */
export async function runChecks(
  context: ProofContext,
  progress: Progress,
  checks: readonly Check[] = allChecks(context.teamChecks),
): Promise<ProofChecks> {
  const { exceptions } = context.database;
  const results: CheckResult[] = [];
  const notCovered: NotCovered[] = [];
  const found: Found[] = [];
  const record = (check: { id: string; title: string }, outcome: CheckOutcome, seconds: number) => {
    const result = toResult(check, outcome, seconds);
    if (result !== null) results.push(result);
    notCovered.push(...(outcome.notCovered ?? []));
  };
  await progress.step("Checking the copy", async (note) => {
    for (const [index, check] of checks.entries()) {
      note(`${index + 1} of ${checks.length}: ${check.title}`, index / checks.length);
      const seconds = stopwatch();
      const outcome = await attempt(check, context);
      found.push({ id: check.id, status: outcome.status, findings: outcome.findings ?? [] });
      record(check, applyExcuses(check, outcome, exceptions, context.now), seconds());
    }
  });
  const seconds = stopwatch();
  record(planExceptions, judgeExceptions(exceptions, found, context.restoreErrors, context.now), seconds());
  return { checks: results, notCovered };
}
