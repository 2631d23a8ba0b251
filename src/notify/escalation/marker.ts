import type { IncidentEvent } from "../../github/incidents/types.ts";

/** Who hears of an incident after the primary contact: in this order. */
export const steps = ["secondary", "escalation"] as const;
export type Step = (typeof steps)[number];

/* That a step was taken stands on the issue itself, where every run sees it, whatever became of the runs before. */

const line = /<!-- ithaca:escalation=(secondary|escalation) since=(\S+) -->/;

/** The hidden line of the comment about a step. */
export function stepMarker(step: Step, since: Date): string {
  return `<!-- ithaca:escalation=${step} since=${since.toISOString()} -->`;
}

/** Steps that were taken since an issue was opened. Such a comment that is quoted
 * later changes nothing: its step was taken. */
export function stepsDone(events: readonly IncidentEvent[], since: Date): Step[] {
  return events.flatMap((event): Step[] => {
    if (event.what !== "commented") return [];
    const [, step, opened] = line.exec(event.text) ?? [];
    if (opened !== since.toISOString()) return [];
    return step === "secondary" || step === "escalation" ? [step] : [];
  });
}
