import type { Plan } from "../plan/schema.ts";
import type { NotificationRecord } from "./ledger.ts";
import type { Audience } from "./types.ts";

/* Who hears what, by the plan. docs/alerts.md has the same as a table. */

function addresses(...all: (string | undefined)[]): string[] {
  return [...new Set(all.filter((address) => address !== undefined))];
}

/** Slack, the address for failures, and the primary contact; mentioned are people only where somebody must act now. */
export function alarmAudience({ alerts, contacts }: Plan, urgent: boolean): Audience {
  const { primary } = contacts;
  return {
    mail: addresses(alerts.failure_email, primary?.email),
    slack: true,
    mentions: urgent && primary?.slack !== undefined ? [primary.slack] : [],
  };
}

/** Mail only: what comes every day must not fill a channel that people are to look at. */
export function dailyAudience({ alerts }: Plan): Audience {
  return { mail: addresses(alerts.success_email), slack: false, mentions: [] };
}

/** Those who get the daily message, or who would get an alarm. */
export function digestAudience({ alerts }: Plan): Audience {
  return { mail: addresses(alerts.success_email ?? alerts.failure_email), slack: false, mentions: [] };
}

/**
 * Of a recovery hear all who heard of the trouble: also the contacts to whom an incident of this database was escalated
 * since the first of its alarms.
 */
export function reliefAudience(
  { contacts }: Plan,
  audience: Audience,
  { records, since }: { records: readonly NotificationRecord[]; since: string },
): Audience {
  const escalated = records.filter(({ statement, told_at }) => statement === "escalated" && told_at >= since);
  const heard = (step: string) => escalated.some(({ topic }) => topic.includes(`-${step}-`));
  return {
    ...audience,
    mail: addresses(
      ...audience.mail,
      heard("secondary") ? contacts.secondary?.email : undefined,
      heard("escalation") ? contacts.escalation?.email : undefined,
    ),
  };
}
