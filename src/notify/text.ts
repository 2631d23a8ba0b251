import { redact } from "../base/redact.ts";
import { plain } from "../report/escape.ts";
import type { Message } from "./types.ts";

/** A zero-width space: what it splits is no longer a link, and looks the same. */
const split = "\u200b";

/**
 * A text that may hold names from a database, for a message: no secret, one line, nothing hidden, and no link but our
 * own. Mail programs and Slack make links of whatever looks like one.
 *
 * @param longest characters that are shown at most
 */
export function inert(text: string, longest = 500): string {
  return plain(redact(text), longest)
    .replaceAll("://", `:${split}//`)
    .replaceAll(/\bwww\./gi, `www${split}.`)
    .replaceAll(/\bmailto:/gi, `mailto${split}:`);
}

/**
 * A message in which nothing can act, whatever names a database has, and which shows no secret. Not to be done twice: the
 * second time would show what the first has put between the letters of links.
 */
export function harmless(message: Message): Message {
  return {
    ...message,
    subject: inert(message.subject, 250),
    lead: inert(message.lead, 600),
    facts: message.facts.map(({ name, value }) => ({ name: inert(name, 100), value: inert(value, 300) })),
    findings: message.findings.map((line) => inert(line, 600)),
    firstStep: message.firstStep === null ? null : inert(message.firstStep, 600),
  };
}

/** For HTML, in text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** For Slack's mrkdwn: these three are all that it asks to be escaped, and then `<!channel>` is no mention. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
