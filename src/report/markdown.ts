import type { ProofReport } from "./model.ts";
import { page } from "./page.ts";
import { atAGlance } from "./sections/at-a-glance.ts";
import { checks, findings } from "./sections/checks.ts";
import { controlMap } from "./sections/controls.ts";
import { evidence, footer, review, time } from "./sections/facts.ts";
import { lead } from "./sections/lead.ts";
import { notCovered, rehearsal, restoreErrors, sabotage } from "./sections/ledgers.ts";
import { nextSteps } from "./sections/next-steps.ts";

/**
 * A proof as the page that a person wants to read: the verdict first, one screen that a manager understands, then the
 * evidence.
 */
export function proofMarkdown(report: ProofReport): string {
  return page(report, (limits) => [
    lead(report),
    atAGlance(report),
    nextSteps(report),
    checks(report, limits),
    findings(report, limits),
    restoreErrors(report, limits),
    notCovered(report, limits),
    sabotage(report),
    rehearsal(report, limits),
    time(report),
    evidence(report),
    controlMap(report),
    review(report.run),
    footer(report),
  ]);
}
