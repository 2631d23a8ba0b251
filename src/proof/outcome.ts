import type { CheckOutcome, Finding, NotCovered } from "./types.ts";

/** What a check found, before it is known what that means. */
export interface Evidence {
  readonly expected: string;
  readonly actual: string;
  readonly findings: readonly Finding[];
  /** What could not be proved; empty or absent where everything could. */
  readonly unproven?: readonly string[];
  readonly notCovered?: readonly NotCovered[];
}

/**
 * The rule that every check of equality follows: a finding fails it; with none, anything that was left unproved keeps it
 * from passing.
 */
export function judge({ expected, actual, findings, unproven = [], notCovered = [] }: Evidence): CheckOutcome {
  const open = unproven.join("; ");
  return {
    status: findings.length > 0 ? "failed" : open === "" ? "passed" : "not_run",
    expected,
    actual,
    findings,
    notCovered,
    ...(open === "" ? {} : { reason: open, unproven: open }),
  };
}

/** A check that has nothing to check here; the report says so under `not_covered`. */
export function notApplicable(what: string, why: string): CheckOutcome {
  return { status: "not_applicable", expected: "", actual: "", notCovered: [{ what, why }] };
}

/** A check that applies but could not be run. */
export function notRun(expected: string, reason: string): CheckOutcome {
  return { status: "not_run", expected, actual: "not run", reason };
}
