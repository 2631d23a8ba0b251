import type { Run } from "../report/model.ts";
import { deliver, type Patience } from "./deliver.ts";
import { keyOf, type Ledger, type NotificationRecord, owedOn, recordNotification, type Subject } from "./ledger.ts";
import { harmless } from "./text.ts";
import type { Channel, ChannelName, ClosedChannel, Delivery, Outgoing } from "./types.ts";

/** All that it takes to tell people something, and to remember it. */
export interface Desk {
  /** The reports' folder. */
  readonly reports: string;
  readonly channels: readonly (Channel | ClosedChannel)[];
  readonly ledger: Ledger;
  readonly run: Pick<Run, "id" | "url">;
  readonly now: () => Date;
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

/** What became of one message. */
export interface Told {
  readonly key: string;
  readonly subject: string;
  readonly deliveries: readonly Delivery[];
  /** Its record, below the reports' folder; null where nobody was meant or no channel is set up. */
  readonly record: string | null;
}

/** What the record says besides the message. */
export interface TellingFacts {
  readonly state: NotificationRecord["state"];
  /** The moment that the message speaks of. */
  readonly at: string;
  readonly about: string | null;
}

/**
 * Sends a message on every channel that it is meant for, once: what an earlier run has sent is not sent again, and what
 * it could not send is tried where it failed. What became of it is written down at once.
 *
 * @returns null where nothing of it is owed any more
 */
export async function tell(
  desk: Desk,
  subject: Subject,
  outgoing: Outgoing,
  facts: TellingFacts,
): Promise<Told | null> {
  const key = keyOf(subject);
  const { ledger, signal, patience } = desk;
  const done = new Set<ChannelName>();
  if (ledger.records.some((record) => record.key === key)) {
    const owed = owedOn(ledger, key);
    if (owed.size === 0) return null;
    for (const { name } of desk.channels) if (!owed.has(name)) done.add(name);
  }
  const message = { ...harmless(outgoing.message), key };
  const deliveries = await deliver({ ...outgoing, message }, desk.channels, { patience, signal, done });
  const told = { key, subject: message.subject, deliveries };
  if (deliveries.every(({ status }) => status === "skipped")) return { ...told, record: null };
  const record = await recordNotification(desk.reports, subject, {
    ...facts,
    told_at: desk.now().toISOString(),
    subject: message.subject,
    urgency: message.urgency,
    run: { id: desk.run.id, url: desk.run.url },
    deliveries,
  });
  return { ...told, record };
}
