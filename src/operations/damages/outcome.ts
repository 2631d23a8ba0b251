import type { CheckResult, Finding } from "../../proof/types.ts";
import { decideVerdict, type VerdictParts } from "../../report/verdict.ts";
import type { Outcome } from "./types.ts";

const said = ({ object, attribute, expected, actual }: Finding) =>
  `${object}, ${attribute}: expected ${expected}, found ${actual}`;

/** The first thing that a reader of the report meets: a finding, an error of the restore, or why a check did not run. */
function firstWords(checks: readonly CheckResult[], { restore_errors, sabotage }: VerdictParts): string {
  const finding = checks.flatMap(({ findings }) => findings)[0];
  if (finding !== undefined) return said(finding);
  const error = restore_errors.find(({ allowed_by }) => allowed_by === null);
  if (error !== undefined) return `${error.object}: ${error.message}`;
  return checks.find(({ reason }) => reason !== "")?.reason ?? sabotage?.missed[0] ?? "";
}

/** What a proof said, shortly. */
export function outcomeOf(parts: VerdictParts): Outcome {
  const wrong = parts.checks.filter(({ status }) => status !== "passed");
  const blind = (parts.sabotage?.missed.length ?? 0) > 0 ? ["sabotage"] : [];
  return {
    verdict: decideVerdict(parts),
    by: [...wrong.map(({ id }) => id), ...blind],
    reads: firstWords(wrong, parts),
  };
}
