import { redact } from "../base/redact.ts";
import { plain } from "../report/escape.ts";

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
