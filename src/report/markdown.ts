import { type Limits, longestMarkdown, stagesOfLimits } from "./limits.ts";
import type { ProofReport } from "./model.ts";
import { atAGlance } from "./sections/at-a-glance.ts";
import { checks, findings } from "./sections/checks.ts";
import { controlMap } from "./sections/controls.ts";
import { evidence, footer, review, time } from "./sections/facts.ts";
import { lead } from "./sections/lead.ts";
import { notCovered, rehearsal, restoreErrors, sabotage } from "./sections/ledgers.ts";
import { nextSteps } from "./sections/next-steps.ts";

function render(report: ProofReport, limits: Limits): string {
  return [
    ...lead(report),
    ...atAGlance(report),
    ...nextSteps(report),
    ...checks(report, limits),
    ...findings(report, limits),
    ...restoreErrors(report, limits),
    ...notCovered(report, limits),
    ...sabotage(report),
    ...rehearsal(report, limits),
    ...time(report),
    ...evidence(report),
    ...controlMap(report),
    ...review(report.run),
    ...footer(report),
  ].join("\n");
}

/**
 * A proof as the page that a person wants to read: the verdict first, one screen that a manager understands, then the
 * evidence. Never longer than 60,000 characters; lists are cut, the JSON keeps all of them.
 */
export function proofMarkdown(report: ProofReport): string {
  let text = "";
  for (const limits of stagesOfLimits) {
    text = render(report, limits);
    if (text.length <= longestMarkdown) return text;
  }
  // Even the tersest form is too long: something is odd about this report, and its head still says the verdict.
  const note = `\n\n…cut here: the whole report is in ${report.report.json.slice(0, 200).replaceAll(/[^\w./-]/g, "?")}.\n`;
  const cut = text.slice(0, longestMarkdown - note.length);
  return cut.slice(0, cut.lastIndexOf("\n")) + note;
}
