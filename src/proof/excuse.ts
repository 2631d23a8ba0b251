import { spellAmount } from "../base/spell.ts";
import { excuseForFinding } from "../plan/exceptions.ts";
import type { Exception } from "../plan/schema.ts";
import type { CheckOutcome, Finding, NotCovered } from "./types.ts";

interface Named {
  readonly id: string;
  readonly title: string;
}

function coveredBy(check: Named, finding: Finding, excuse: Exception): NotCovered {
  return {
    what: `${check.id}: ${finding.object}, ${finding.attribute}: expected ${finding.expected}, found ${finding.actual}`,
    why: `${excuse.reason} (excused by ${excuse.owner} until ${excuse.expires})`,
  };
}

/**
 * Applies the plan's exceptions to what a check found. An excused finding is shown under `not_covered` with who answers
 * for it and until when. A check that has no finding left passes, unless it also left something unproved.
 */
export function applyExcuses(
  check: Named,
  outcome: CheckOutcome,
  exceptions: readonly Exception[],
  now: Date,
): CheckOutcome {
  const findings: Finding[] = [];
  const excused: NotCovered[] = [];
  for (const finding of outcome.findings ?? []) {
    const excuse = excuseForFinding(exceptions, { check: check.id, object: finding.object }, now);
    if (excuse === null) findings.push(finding);
    else excused.push(coveredBy(check, finding, excuse));
  }
  if (excused.length === 0) return outcome;
  const notCovered = [...(outcome.notCovered ?? []), ...excused];
  if (outcome.status !== "failed" || findings.length > 0) return { ...outcome, findings, notCovered };
  const reason = `only because the plan excuses ${spellAmount(excused.length, "finding")}`;
  return outcome.unproven === undefined
    ? { ...outcome, status: "passed", findings, notCovered, reason: `passed ${reason}` }
    : { ...outcome, status: "not_run", findings, notCovered, reason: `${outcome.unproven}; not failed ${reason}` };
}
