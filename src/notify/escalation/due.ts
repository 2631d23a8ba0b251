import { acknowledgedLabel } from "../../github/incidents/marker.ts";
import type { Incident, IncidentEvent } from "../../github/incidents/types.ts";
import type { Plan } from "../../plan/schema.ts";
import { type Step, steps, stepsDone } from "./marker.ts";

/** How and when a person answered. */
export interface Answer {
  readonly at: Date;
  readonly login: string;
  readonly how: "a comment" | "taking it on" | "the label";
}

/** Where an incident stands. */
export interface Standing {
  /** When it was opened, or opened again: the clock of the escalation starts there. */
  readonly since: Date;
  readonly closed: boolean;
  /** The first answer that still holds; null where nobody has answered. */
  readonly answer: Answer | null;
  /** Steps that were taken since then. */
  readonly done: readonly Step[];
  /** Steps whose time has come, in their order; none once the issue is closed. */
  readonly due: readonly Step[];
}

/**
 * Ithaca assigns the primary contact right after it has opened an issue. Under a person's token that looks like a
 * person's doing; nobody answers so fast, and who does is only asked once more.
 */
const ownAssignments = 2 * 60_000;

/** What happened since the issue was opened, or opened again. */
function current(openedAt: Date, events: readonly IncidentEvent[]): { since: Date; recent: IncidentEvent[] } {
  const reopened = events.findLastIndex(({ what }) => what === "reopened");
  const since = events[reopened]?.at ?? openedAt;
  return { since, recent: events.slice(reopened + 1) };
}

/** Whether something that was put on the issue was taken off it again afterwards. */
function undone(event: IncidentEvent, later: readonly IncidentEvent[]): boolean {
  return later.some(
    (next) =>
      (event.what === "assigned" && next.what === "unassigned" && next.login === event.login) ||
      (event.what === "labeled" && next.what === "unlabeled" && next.label === event.label),
  );
}

function answerIn(since: Date, recent: readonly IncidentEvent[]): Answer | null {
  for (const [index, event] of recent.entries()) {
    const { at, actor } = event;
    const answer = (how: Answer["how"]): Answer => ({ at, login: actor.login, how });
    if (undone(event, recent.slice(index + 1))) continue;
    if (event.what === "commented" && actor.person) return answer("a comment");
    if (event.what === "labeled" && event.label === acknowledgedLabel) return answer("the label");
    const own = at.getTime() - since.getTime() < ownAssignments;
    if (event.what === "assigned" && actor.person && !own) return answer("taking it on");
  }
  return null;
}

/**
 * What is due on an incident now. Pure: only the issue's own times count, not when the job came to run, so a run that is
 * late, lost or doubled changes nothing but the moment at which people hear.
 *
 * - The secondary contact hears after `answer_within` without an answer: a comment by a person, an assignment by a person,
 *   or the label `acknowledged`. Whoever Ithaca itself assigned has not answered by that. Once somebody has answered,
 *   this step is not taken any more, not even by a late run: somebody is on it.
 * - The escalation contact hears after `escalate_after`, answered or not, while the issue is open.
 * - Each step is taken once for each opening of the issue.
 *
 * @param events all that happened to the issue, in the order of their times
 */
export function escalationDue(
  { openedAt, events }: { openedAt: Incident["openedAt"]; events: readonly IncidentEvent[] },
  { answer_within, escalate_after }: Pick<Plan["alerts"], "answer_within" | "escalate_after">,
  now: Date,
): Standing {
  const { since, recent } = current(openedAt, events);
  const closed = recent.some(({ what }) => what === "closed");
  const answer = answerIn(since, recent);
  const done = stepsDone(recent, since);
  const age = (now.getTime() - since.getTime()) / 1000;
  const isDue: Readonly<Record<Step, boolean>> = {
    secondary: age >= answer_within && answer === null,
    escalation: age >= escalate_after,
  };
  return {
    since,
    closed,
    answer,
    done,
    due: closed ? [] : steps.filter((step) => isDue[step] && !done.includes(step)),
  };
}
