import { IthacaError } from "../base/errors.ts";
import type { Plan } from "../plan/schema.ts";
import { mailServer, sender } from "./mail/address.ts";
import { mailChannel } from "./mail/channel.ts";
import { slackChannel } from "./slack/channel.ts";
import type { Channel, ChannelName, ClosedChannel } from "./types.ts";
import { webAddress } from "./web-address.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Opens one channel; a wrong secret closes this one only, so that the others can tell of it. */
function open(name: ChannelName, variable: string, value: string | undefined, make: (value: string) => Channel) {
  if (value === undefined || value === "") return { name, closed: `${variable} is not set`, broken: false };
  try {
    return make(value);
  } catch (thrown) {
    if (thrown instanceof IthacaError) return { name, closed: thrown.message, broken: true };
    throw thrown;
  }
}

/** The ways to reach people, by the secrets that are set. */
export function openChannels(environment: Environment, { alerts }: Plan): (Channel | ClosedChannel)[] {
  return [
    open("mail", "SMTP_URL", environment.SMTP_URL, (value) => {
      const server = mailServer(value);
      return mailChannel(server, sender(server, alerts.from));
    }),
    open("slack", "SLACK_WEBHOOK_URL", environment.SLACK_WEBHOOK_URL, (value) =>
      slackChannel(webAddress("SLACK_WEBHOOK_URL", value)),
    ),
  ];
}
