import type { Plan } from "../plan/schema.ts";
import { alarmAudience } from "./audience.ts";
import { dayOf } from "./events/parts.ts";
import { keyOf, type Subject } from "./ledger.ts";
import { type Desk, type Told, tell } from "./tell.ts";
import type { ChannelName } from "./types.ts";

const words: Readonly<Record<ChannelName, { title: string; step: string }>> = {
  mail: {
    title: "Mail",
    step: "Check the secret SMTP_URL and the mail server, then run the workflow again: it sends what is still owed.",
  },
  slack: {
    title: "Slack",
    step: "Check the secret SLACK_WEBHOOK_URL and whether the webhook's app is still installed, then run the workflow again: it sends what is still owed.",
  },
};

/**
 * Says through the channels that work which one does not, once a day for each: whoever waits for a mail that never comes
 * would take its absence for good news.
 */
export async function tellTrouble(desk: Desk, database: string, plan: Plan, told: readonly Told[]): Promise<Told[]> {
  const now = desk.now();
  const results: Told[] = [];
  for (const channel of ["mail", "slack"] as const) {
    const hit = told.flatMap(({ subject, deliveries }) =>
      deliveries
        .filter((each) => each.channel === channel && each.status !== "skipped" && each.error !== null)
        .map(({ status, error, attempts }) => ({ subject, status, error, attempts })),
    );
    const [first] = hit;
    if (first === undefined) continue;
    const subject: Subject = {
      database,
      topic: `channel-${channel}`,
      statement: "channel",
      day: dayOf(now),
      ordinal: 1,
    };
    const { title, step } = words[channel];
    const message = {
      key: keyOf(subject),
      database,
      urgency: "normal" as const,
      subject: `${title} could not be delivered - ${database}`,
      lead: `${title} from Ithaca does not reach everybody: ${first.error}.`,
      facts: [{ name: "Database", value: database }],
      findings: hit.map(
        ({ subject: of, status, attempts }) =>
          `${status === "failed" ? "Not sent" : "Sent to some only"}: ${of} (attempts: ${attempts})`,
      ),
      firstStep: step,
      links: [],
    };
    const audience = { ...alarmAudience(plan, false), ...(channel === "mail" ? { mail: [] } : { slack: false }) };
    const open = desk.channels.filter((each) => !("closed" in each)).map(({ name }) => name);
    const through = (open.includes("mail") && audience.mail.length > 0) || (open.includes("slack") && audience.slack);
    if (!through) continue;
    const facts = { state: "bad" as const, at: now.toISOString(), about: null };
    const result = await tell(desk, subject, { message, audience, chart: null }, facts);
    if (result !== null) results.push(result);
  }
  return results;
}
