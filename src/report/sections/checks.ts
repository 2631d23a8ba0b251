import { spellSeconds } from "../../base/spell.ts";
import type { CheckResult } from "../../proof/types.ts";
import { cell, code, prose, table } from "../escape.ts";
import { andMore, type Limits } from "../limits.ts";
import type { ProofReport } from "../model.ts";

const signs = { passed: "✅ passed", failed: "❌ failed", not_run: "⚠️ not run" } as const;
/** What needs attention comes first. */
const byUrgency = { failed: 0, not_run: 1, passed: 2 } as const;

/** What was found; for a check that did not run, why; for one that passed thanks to an excuse, the excuse. */
function actual({ status, actual, reason }: CheckResult, longest: number): string {
  if (status === "not_run") return `not run: ${cell(reason === "" ? "no reason was given" : reason, longest)}`;
  return reason === "" ? cell(actual, longest) : `${cell(actual, longest)} (${cell(reason, longest)})`;
}

/** Every check with what was expected and what was found, those that need attention first. */
export function checks(report: Pick<ProofReport, "checks">, limits: Limits): string[] {
  const sorted = [...report.checks].sort((a, b) => byUrgency[a.status] - byUrgency[b.status]);
  const shown = sorted.slice(0, limits.checks);
  const rows = shown.map((check) => [
    signs[check.status],
    `${cell(check.title)}<br>${code(check.id)}`,
    cell(check.expected, limits.checkText),
    actual(check, limits.checkText),
    spellSeconds(check.seconds),
  ]);
  return [
    "## Checks",
    "",
    ...(rows.length === 0 ? ["No check was run.", ""] : table(["Result", "Check", "Expected", "Found", "Time"], rows)),
    ...andMore(sorted.length, shown.length, "checks"),
  ];
}

/** What the checks found, object by object; of each check only the first few. */
export function findings(report: Pick<ProofReport, "checks">, limits: Limits): string[] {
  const withFindings = report.checks
    .filter((check) => check.findings.length > 0)
    .sort((a, b) => byUrgency[a.status] - byUrgency[b.status])
    .slice(0, limits.checks);
  const parts = withFindings.flatMap((check) => [
    `### ${prose(check.title)}${check.status === "passed" ? " (excused)" : ""}`,
    "",
    ...table(
      ["Object", "Attribute", "Expected", "Found"],
      check.findings
        .slice(0, limits.findingsPerCheck)
        .map((finding) => [
          code(finding.object),
          code(finding.attribute),
          code(finding.expected),
          code(finding.actual),
        ]),
    ),
    ...andMore(
      check.findings.length,
      Math.min(check.findings.length, limits.findingsPerCheck),
      "findings of this check",
    ),
  ]);
  return ["## Findings", "", ...(parts.length === 0 ? ["None.", ""] : parts)];
}
