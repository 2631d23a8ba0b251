import { spellInstant, spellSeconds } from "../../base/spell.ts";
import type { Incident, IncidentEvent } from "../../github/incidents/types.ts";
import type { Plan } from "../../plan/schema.ts";
import { prose } from "../../report/escape.ts";
import { keyOf, type Subject } from "../ledger.ts";
import type { Audience, Delivery, Message } from "../types.ts";
import type { Standing } from "./due.ts";
import { type Step, stepMarker } from "./marker.ts";

const instant = (at: Date) => spellInstant(at.toISOString());

/** The person or role of a step, as the plan names it. */
function contactOf({ contacts }: Plan, step: Step) {
  return contacts[step] ?? null;
}

/** Who hears of a step: its contact, or, where the plan has no address of theirs, whoever gets alarms. */
export function stepAudience(plan: Plan, step: Step): Audience {
  const contact = contactOf(plan, step);
  const address = contact?.email ?? plan.alerts.failure_email;
  return {
    mail: address === undefined ? [] : [address],
    slack: true,
    mentions: contact?.slack === undefined ? [] : [contact.slack],
  };
}

/** What was done to the issue, without a word of what people wrote: a comment may quote anything. */
function history({ since, answer }: Standing, events: readonly IncidentEvent[]): string[] {
  const lines = events
    .filter(({ at }) => at >= since)
    .flatMap((event): string[] => {
      const when = instant(event.at);
      switch (event.what) {
        case "commented": {
          if (event.actor.person) return [`${when}: ${event.actor.login} commented`];
          const step = /ithaca:escalation=(\w+)/.exec(event.text)?.[1];
          return step === undefined ? [] : [`${when}: the ${step} contact was told`];
        }
        case "assigned":
          return [`${when}: ${event.login} was assigned by ${event.actor.login}`];
        case "labeled":
          return event.label === "acknowledged" ? [`${when}: ${event.actor.login} acknowledged it`] : [];
        default:
          return [];
      }
    });
  return [
    `${instant(since)}: the incident was opened`,
    ...lines,
    ...(answer === null ? ["Nobody has answered so far"] : []),
  ];
}

/** The identity of a step: an issue that is opened again begins anew. */
export function stepSubject({ number, key }: Incident, step: Step, since: Date): Subject {
  const clock = since.toISOString().slice(11, 19).replaceAll(":", "");
  const topic = `incident-${number}-${step}-${clock}`;
  return { database: key.database, topic, statement: "escalated", day: since.toISOString().slice(0, 10), ordinal: 1 };
}

/** What the contact of a step is told. Pure. */
export function stepMessage(
  incident: Incident,
  step: Step,
  { standing, events, plan, now }: { standing: Standing; events: readonly IncidentEvent[]; plan: Plan; now: Date },
): Message {
  const { number, title, url, key, assignees } = incident;
  const { answer, since } = standing;
  const role = contactOf(plan, step)?.role ?? `${step} contact (the plan names none)`;
  const open = spellSeconds((now.getTime() - since.getTime()) / 1000);
  const limit = spellSeconds(step === "secondary" ? plan.alerts.answer_within : plan.alerts.escalate_after);
  const lead =
    step === "secondary"
      ? `Nobody has answered incident #${number} for ${open}: ${title}.`
      : `Incident #${number} has not been resolved for ${open}: ${title}.`;
  return {
    key: keyOf(stepSubject(incident, step, since)),
    database: key.database,
    urgency: "urgent",
    subject: `URGENT: ${step === "secondary" ? "Unanswered" : "Unresolved"} for ${limit} - ${title}`,
    lead,
    facts: [
      { name: "For", value: role },
      { name: "Database", value: key.database },
      { name: "Open since", value: instant(since) },
      { name: "Assigned to", value: assignees.length === 0 ? "nobody" : assignees.join(", ") },
      {
        name: "Answered",
        value: answer === null ? "no" : `${instant(answer.at)} by ${answer.login}, with ${answer.how}`,
      },
    ],
    findings: history(standing, events),
    firstStep:
      step === "secondary"
        ? "Open the issue, write a comment that you are on it, and follow its steps."
        : "Ask who is on it and what they need; the issue has the findings and the steps.",
    links: [{ text: `Issue #${number}`, url }],
  };
}

/** What comments about a step are made from. */
interface StepFacts {
  readonly standing: Standing;
  readonly plan: Plan;
  readonly deliveries: readonly Delivery[];
  readonly now: Date;
}

/** Who a step is for, why it is taken, and how it went on each channel. */
function wordsOf(step: Step, { standing, plan, deliveries, now }: StepFacts) {
  const contact = contactOf(plan, step);
  const open = spellSeconds((now.getTime() - standing.since.getTime()) / 1000);
  const tried = deliveries.filter(({ status }) => status !== "skipped");
  return {
    who: prose(contact === null ? `the ${step} contact` : `the ${contact.role}`),
    // The login is a name by the plan's own rule: a mention, and nothing else.
    mention: contact?.github === undefined ? "" : ` @${contact.github}`,
    why: step === "secondary" ? `Nobody has answered for ${open}` : `This has not been resolved for ${open}`,
    how: tried.map(({ channel, status, error }) => `${channel} ${status}${error === null ? "" : ` (${error})`}`),
  };
}

const howToAnswer = "A comment or the label `acknowledged` says that somebody is on it.";

/** The comment that says that a step was taken, to whom, and how it reached them. */
export function stepComment(step: Step, facts: StepFacts): string {
  const { who, mention, why, how } = wordsOf(step, facts);
  return [
    `**${why}: ${who} was told.**${mention}`,
    "",
    `By ${how.length === 0 ? "this comment only; no channel is set up" : prose(how.join(", "))}. ${howToAnswer}`,
    "",
    stepMarker(step, facts.standing.since),
    "",
  ].join("\n");
}

/** The comment where no channel took the message of a step: GitHub's own mail about the mention is all that is left then. */
export function unreachedComment(step: Step, facts: StepFacts): string {
  const { who, mention, why, how } = wordsOf(step, facts);
  return [
    `**${why}, and no message about it reaches ${who}.**${mention}`,
    "",
    `Tried: ${prose(how.join(", "))}. Every run of the escalation tries again. ${howToAnswer}`,
    "",
  ].join("\n");
}
