import type { CheckResult } from "../../proof/types.ts";
import type { AnyReport } from "../../report/model.ts";
import { checkStep } from "../../report/sections/check-steps.ts";
import { firstStep } from "../../report/sections/first-steps.ts";

/** A line of the report's markdown as plain words: a link to a section becomes its text, a code span its content. */
function withoutMarkup(line: string): string {
  return line
    .replaceAll(/\[([^\]]*)\]\(#[^)]*\)/g, "$1")
    .replaceAll("`", "")
    .replaceAll(/\\(.)/g, "$1");
}

/** What a person does first about a check that did not pass, by the report that it stands in. */
export function checkFirstStep(check: CheckResult, report: AnyReport): string {
  if (check.status === "not_run") return `Mend what stood in the way: ${check.reason}`;
  const ofProof = "restore_errors" in report ? firstStep(check.id, report) : null;
  return withoutMarkup(ofProof ?? checkStep(check));
}
