import { IncomingWebhook, IncomingWebhookHTTPError, IncomingWebhookRequestError } from "@slack/webhook";
import { codeOf } from "../../base/errors.ts";
import { ChannelFault, type FaultClass } from "../fault.ts";
import type { Channel } from "../types.ts";
import { slackPost } from "./blocks.ts";

/** Slack's answers to a webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
function statusFault(status: number): FaultClass {
  if (status === 429) return "rate_limit";
  if (status === 403 || status === 404 || status === 410) return "not_found";
  return status >= 500 ? "server" : "message";
}

/** The class of what the webhook library threw. */
function slackFault(thrown: unknown): ChannelFault {
  const fault = (): FaultClass => {
    if (thrown instanceof IncomingWebhookHTTPError) return statusFault(thrown.statusCode);
    if (!(thrown instanceof IncomingWebhookRequestError)) return "unknown";
    const { original } = thrown;
    if (original.name === "AbortError" || original.name === "TimeoutError") return "timeout";
    const cause = codeOf(original.cause);
    if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(cause)) return "tls";
    return cause === "ENOTFOUND" || cause === "EAI_AGAIN" ? "unknown_host" : "unreachable";
  };
  return new ChannelFault(fault(), { cause: thrown });
}

/** Slack through an incoming webhook. */
export function slackChannel(url: URL): Channel {
  return {
    name: "slack",
    async send(outgoing, signal) {
      // Attempts are counted in one place for all channels, so the library's own retries stay off.
      const webhook = new IncomingWebhook(url.href, {
        fetch: (address, init) => fetch(address, { ...init, signal }),
      });
      try {
        await webhook.send(slackPost(outgoing));
        return null;
      } catch (thrown) {
        throw slackFault(thrown);
      }
    },
  };
}
