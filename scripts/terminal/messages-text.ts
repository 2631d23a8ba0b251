import { styleText } from "node:util";
import { spellInstant } from "../../src/base/spell.ts";
import type { EscalateOutcome } from "../../src/operations/escalate.ts";
import type { NotifyOutcome } from "../../src/operations/notify.ts";
import type { WatchOutcome } from "../../src/operations/watch.ts";
import { checkLines, verdictLine } from "./proof-text.ts";

const colours = { sent: "green", failed: "red", skipped: "dim" } as const;

/** Each message with what became of it on every channel. */
function messageLines(messages: NotifyOutcome["messages"]): string[] {
  return messages.flatMap(({ subject, deliveries }) => [
    `  Told: ${subject}`,
    ...deliveries.map(({ channel, status, error }) => {
      const why = error === null ? "" : `: ${error}`;
      return `      ${styleText(colours[status], status.padEnd(8))} ${channel}${why}`;
    }),
  ]);
}

/** What the watch saw and told. */
export function watchText(outcome: WatchOutcome): string {
  return [
    "",
    verdictLine(outcome.verdict, `the backup of ${outcome.database} that was due ${spellInstant(outcome.due)}`),
    ...checkLines(outcome.checks),
    ...messageLines(outcome.messages),
    ...(outcome.heartbeat === null ? [] : [`  Monitor: ${outcome.heartbeat.error ?? "told"}`]),
    `  Report: ${outcome.report.markdown}`,
  ].join("\n");
}

/** What people were told of reports. */
export function notifyText({ messages, checks }: NotifyOutcome): string {
  if (messages.length === 0) return "Nothing to tell: all is well, or was told before.";
  return [...messageLines(messages), ...checkLines(checks)].join("\n");
}

/** Where the open incidents stand. */
export function escalateText({ incidents, messages, checks }: EscalateOutcome): string {
  if (incidents.length === 0) return "No incident is open.";
  return [
    ...incidents.map(({ number, title, open_since, answered, taken }) => {
      const who = answered === null ? "nobody has answered" : `answered by ${answered.login}`;
      const now = taken.length === 0 ? "" : `; now told: ${taken.join(", ")}`;
      return `#${number} ${title}: open since ${spellInstant(open_since)}, ${who}${now}`;
    }),
    ...messageLines(messages),
    ...checkLines(checks),
  ].join("\n");
}
