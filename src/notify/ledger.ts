import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { filesBelow } from "../report/chain/folder.ts";
import { fileSafe, placeFile, redactAll } from "../report/files.ts";
import type { ChannelName, Delivery } from "./types.ts";

/*
 * What was told to whom is kept among the reports, one new file for each time that it was tried. These files are the
 * evidence that people were told, and the reason why nobody is told twice.
 */

/** What a message says about its topic. */
export const statements = ["failed", "unclear", "resolved", "done", "digest", "escalated", "channel"] as const;
export type Statement = (typeof statements)[number];

/** What a message is about, apart from which run says it. */
export interface Subject {
  readonly database: string;
  /** Such as `backup` or `weekly-proof`. */
  readonly topic: string;
  readonly statement: Statement;
  /** The day that it is about, `2026-11-22`: that on which the backup was due, not that on which a late run saw it. */
  readonly day: string;
  /** 1, or more where the topic failed again on the same day after it had recovered. */
  readonly ordinal: number;
}

const delivery = z.object({
  channel: z.enum(["mail", "slack"]),
  status: z.enum(["sent", "failed", "skipped"]),
  attempts: z.int().min(0),
  error: z.string().nullable(),
}) satisfies z.ZodType<Delivery>;

const recordSchema = z.object({
  kind: z.literal("notification"),
  key: z.string(),
  database: z.string(),
  topic: z.string(),
  statement: z.enum(statements),
  day: z.iso.date(),
  ordinal: z.int().min(1),
  /** How the topic stood: a backup that is merely slow is no longer missing. */
  state: z.enum(["good", "slow", "bad", "unclear"]),
  /** The moment that the message speaks of, such as the end of the run that failed. */
  at: z.iso.datetime(),
  told_at: z.iso.datetime(),
  subject: z.string(),
  urgency: z.enum(["urgent", "normal", "quiet"]),
  run: z.object({ id: z.string(), url: z.string().nullable() }),
  /** The report or issue that it is about. */
  about: z.string().nullable(),
  deliveries: z.array(delivery),
});

/** One message, and what became of it on each channel. */
export type NotificationRecord = z.output<typeof recordSchema>;

/** `inner-odyssey/2026/11/22-backup-failed`: the message's key, and its place under `notifications/`. */
export function keyOf({ database, topic, statement, day, ordinal }: Subject): string {
  return `${database}/${day.replaceAll("-", "/")}-${fileSafe(topic)}-${statement}${ordinal === 1 ? "" : `-${ordinal}`}`;
}

/** All that was told about one database. */
export interface Ledger {
  readonly records: readonly NotificationRecord[];
  /** Files that could not be read; what they tell of may be sent once more, for a message too many is better than none. */
  readonly unreadable: readonly string[];
}

/** Reads one record; null where it is none. */
export function parseRecord(text: string): NotificationRecord | null {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Reads what was told about a database from a reports' folder; nothing where there is no folder yet. */
export async function readLedger(reports: string, database: string): Promise<Ledger> {
  const directory = join(reports, "notifications", database);
  const records: NotificationRecord[] = [];
  const unreadable: string[] = [];
  for (const path of (await filesBelow(directory)).filter((name) => name.endsWith(".json"))) {
    const record = parseRecord(await readFile(join(directory, path), "utf8"));
    if (record === null) unreadable.push(join(directory, path));
    else records.push(record);
  }
  return { records, unreadable };
}

/** Channels on which a message went out already. */
function sentOn({ records }: Ledger, key: string): Set<ChannelName> {
  const deliveries = records.filter((record) => record.key === key).flatMap((record) => record.deliveries);
  return new Set(deliveries.filter(({ status }) => status === "sent").map(({ channel }) => channel));
}

/** Channels on which a message is still owed: it was tried there, and never went out. */
export function owedOn(ledger: Ledger, key: string): Set<ChannelName> {
  const deliveries = ledger.records.filter((record) => record.key === key).flatMap((record) => record.deliveries);
  const sent = sentOn(ledger, key);
  const failed = deliveries.filter(({ status }) => status === "failed").map(({ channel }) => channel);
  return new Set(failed.filter((channel) => !sent.has(channel)));
}

/** Whether there is anything to send under a key: it was never tried, or is still owed somewhere. */
export function isPending(ledger: Ledger, key: string): boolean {
  return !ledger.records.some((record) => record.key === key) || owedOn(ledger, key).size > 0;
}

/**
 * Writes down what became of a message, as a new file beside earlier ones of the same key.
 *
 * @returns the file's path below the reports' folder
 */
export async function recordNotification(
  reports: string,
  subject: Subject,
  facts: Omit<NotificationRecord, keyof Subject | "kind" | "key">,
): Promise<string> {
  const key = keyOf(subject);
  const record = recordSchema.parse(redactAll({ kind: "notification", key, ...subject, ...facts }));
  for (let attempt = 1; ; attempt += 1) {
    const path = `notifications/${key}${attempt === 1 ? "" : `.${attempt}`}.json`;
    await mkdir(dirname(join(reports, path)), { recursive: true });
    if (await placeFile(join(reports, path), `${JSON.stringify(record, null, 2)}\n`)) return path;
  }
}
