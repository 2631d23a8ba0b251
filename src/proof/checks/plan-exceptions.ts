import { spellAmount } from "../../base/spell.ts";
import { describeException, reviewExceptions } from "../../plan/exceptions.ts";
import type { Exception } from "../../plan/schema.ts";
import { suggestion } from "../../plan/suggestion.ts";
import type { RestoreError } from "../../restore/types.ts";
import { judge } from "../outcome.ts";
import type { CheckOutcome, CheckStatus, Finding } from "../types.ts";

/** How the check of the exceptions is known; it runs after all others, on what they found. */
export const planExceptions = { id: "plan.exceptions", title: "Every exception of the plan is in force and needed" };

/** What the other checks came to, before anything was excused. */
export interface Found {
  readonly id: string;
  readonly status: CheckStatus | "not_applicable";
  readonly findings: readonly Finding[];
}

/** What `check` judges, not a proof: only there can it be seen whether the exception is needed. */
const ofOtherCommand = /^(vault|platform|exports)\./;

/** What to add of an exception whose check there is not: it was probably mistyped, and excuses nothing for that reason. */
function mistyped({ check }: Exception, found: readonly Found[]): string {
  const known = found.map(({ id }) => id);
  if (check === undefined || known.includes(check)) return "";
  const meant = suggestion(check, known);
  return `; there is no check ${check}${meant === null ? "" : `, did you mean ${meant}?`}`;
}

/**
 * An exception that has run out excuses nothing any more and misleads who reads the plan; one that excuses nothing would
 * hide the next true finding. An exception for a check that could not run is not judged: nobody knows what it would
 * have found.
 */
export function judgeExceptions(
  exceptions: readonly Exception[],
  found: readonly Found[],
  restoreErrors: readonly RestoreError[],
  now: Date,
): CheckOutcome {
  const review = reviewExceptions(
    exceptions,
    {
      findings: found.flatMap(({ id, findings }) => findings.map(({ object }) => ({ check: id, object }))),
      restoreErrors,
    },
    now,
  );
  const notRun = new Set(found.filter(({ status }) => status === "not_run").map(({ id }) => id));
  const unused = review.unused.filter(
    ({ check }) => check === undefined || (!notRun.has(check) && !ofOtherCommand.test(check)),
  );
  const findings = [
    ...review.expired.map((exception) => ({
      object: describeException(exception),
      attribute: "expires",
      expected: "renewed or removed by its owner",
      actual: `ran out on ${exception.expires}, owner ${exception.owner}`,
    })),
    ...unused.map((exception) => ({
      object: describeException(exception),
      attribute: "use",
      expected: "something to excuse",
      actual: `excused nothing, owner ${exception.owner}${mistyped(exception, found)}`,
    })),
  ];
  const total = spellAmount(exceptions.length, "exception");
  return judge({
    expected: exceptions.length === 0 ? total : `${total} in force and needed`,
    actual: findings.length === 0 ? total : `${review.expired.length} run out, ${unused.length} unused`,
    findings,
  });
}
