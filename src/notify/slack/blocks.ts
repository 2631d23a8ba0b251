import type { IncomingWebhookSendArguments } from "@slack/webhook";
import { escapeMrkdwn } from "../text.ts";
import type { Message, Outgoing } from "../types.ts";

/*
 * A message as Slack's Block Kit. Slack refuses the whole message if one limit is passed
 * (https://docs.slack.dev/reference/block-kit/blocks), so every text is cut before.
 */

type Block = NonNullable<IncomingWebhookSendArguments["blocks"]>[number];

const longest = { header: 150, section: 3000, field: 2000, fallback: 3000, button: 75, url: 3000 } as const;
const most = { fields: 10, findings: 10, buttons: 5 } as const;

const signs = { urgent: "🔴", normal: "🟢", quiet: "⚪" } as const;

/** Cuts escaped text without cutting an escape, such as `&amp;`, or a surrogate pair in two. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/(&[a-z]{0,4}|[\uD800-\uDBFF])$/, "")}…`;
}

/** `verbatim` keeps Slack from making links and mentions out of names. */
const mrkdwn = (text: string, length: number) => ({ type: "mrkdwn" as const, text: cut(text, length), verbatim: true });

const section = (text: string): Block => ({ type: "section", text: mrkdwn(text, longest.section) });

function findings({ findings: all }: Message): Block[] {
  if (all.length === 0) return [];
  const rest = all.length - most.findings;
  const lines = all.slice(0, most.findings).map((line) => `• ${cut(escapeMrkdwn(line), 280)}`);
  return [section([...lines, ...(rest > 0 ? [`…and ${rest} more in the report`] : [])].join("\n"))];
}

function facts({ facts: all }: Message): Block[] {
  if (all.length === 0) return [];
  const fields = all
    .slice(0, most.fields)
    .map(({ name, value }) => mrkdwn(`*${escapeMrkdwn(name)}*\n${escapeMrkdwn(value)}`, longest.field));
  return [{ type: "section", fields }];
}

function buttons({ links }: Message): Block[] {
  if (links.length === 0) return [];
  const elements = links
    .filter(({ url }) => url.length <= longest.url)
    .slice(0, most.buttons)
    .map(({ text, url }, index) => ({
      type: "button" as const,
      text: { type: "plain_text" as const, text: cut(text, longest.button) },
      url,
      // Slack wants each button to have a name of its own.
      action_id: `link-${index}`,
    }));
  return elements.length === 0 ? [] : [{ type: "actions", elements }];
}

/** What is posted to Slack: blocks for its windows, and a line of text for notifications and screen readers. */
export function slackPost({ message, audience }: Outgoing): IncomingWebhookSendArguments {
  const mentions = audience.mentions.map((id) => `<@${id}>`).join(" ");
  const lead = [mentions, escapeMrkdwn(message.lead)].filter((part) => part !== "").join(" ");
  const first = message.firstStep === null ? [] : [section(`*What to do first:* ${escapeMrkdwn(message.firstStep)}`)];
  return {
    text: cut(escapeMrkdwn(`${message.subject}: ${message.lead}`), longest.fallback),
    blocks: [
      {
        type: "header",
        text: {
          type: "plain_text",
          text: cut(`${signs[message.urgency]} ${message.subject}`, longest.header),
          emoji: true,
        },
      },
      section(lead),
      ...first,
      ...findings(message),
      ...facts(message),
      ...buttons(message),
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}
