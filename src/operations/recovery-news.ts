import { alarmAudience } from "../notify/audience.ts";
import { tell } from "../notify/tell.ts";
import type { Message } from "../notify/types.ts";
import { headline, restorePoint } from "../recovery/page/sections.ts";
import type { Incident } from "../recovery/types.ts";
import type { UseCaseContext } from "./context.ts";
import { deskOf } from "./notification-desk.ts";
import type { Subject } from "./subject.ts";

/** What the team hears the moment production is what it will be: before the hour of watching, not after it. */
function newsOf(incident: Incident, key: string): Message {
  const { id, kind, mode, reason, state, database, next_steps } = incident;
  const recovered = state.outcome === null;
  const subject = recovered ? `Recovered, and watched from now on: ${database}` : headline(incident);
  const last = incident.log.findLast(({ event }) => event === "fault" || event === "not_undone");
  return {
    key,
    database,
    urgency: "urgent",
    subject,
    lead: recovered
      ? `${database} was recovered (${kind}, ${mode}) to ${restorePoint(incident)}, and verified.`
      : `${subject}. ${last?.says ?? ""}`,
    facts: [
      { name: "Incident", value: id },
      { name: "Reason", value: reason || "nobody gave one" },
      { name: "Safety backup", value: incident.safety_backups.at(-1)?.id ?? incident.no_safety_backup ?? "none" },
    ],
    findings: [],
    firstStep: next_steps[0] ?? null,
    links: [],
  };
}

/**
 * Tells the team how a recovery ended, once, by every channel of the plan; gives the channels that took it. What could
 * not be sent is a warning: it changes nothing about the database.
 */
export async function announceRecovery(
  context: UseCaseContext,
  { plan, name }: Subject,
  incident: Incident,
): Promise<readonly string[]> {
  const at = context.clock.now().toISOString();
  const subject = {
    database: name,
    topic: `recovery-news-${incident.id}`,
    statement: incident.state.outcome === null ? ("done" as const) : ("failed" as const),
    day: at.slice(0, 10),
    ordinal: 1,
  };
  const message = newsOf(incident, subject.topic);
  const desk = await deskOf(context, plan, name);
  const outgoing = { message, audience: alarmAudience(plan, true), chart: null };
  const told = await tell(desk, subject, outgoing, {
    state: incident.state.outcome === null ? "good" : "bad",
    at,
    about: incident.id,
  });
  const deliveries = told?.deliveries ?? [];
  for (const { channel, error } of deliveries.filter(({ status }) => status === "failed")) {
    context.progress.warn(`The team could not be told by ${channel}: ${error ?? "unknown"}.`);
  }
  const sent = deliveries.filter(({ status }) => status === "sent").map(({ channel }) => channel);
  if (sent.length === 0) context.progress.warn(`No message reached anybody: tell the team of ${name} yourself.`);
  return sent;
}
