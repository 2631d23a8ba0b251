import pRetry from "p-retry";
import { ChannelFault } from "./fault.ts";
import type { Channel, ClosedChannel, Delivery, Outgoing } from "./types.ts";

/** How hard a channel is tried. */
export interface Patience {
  readonly attempts: number;
  /** Milliseconds that one attempt may take. */
  readonly limit: number;
  /** Milliseconds before the second attempt; three times as long before each further one. */
  readonly pause: number;
}

/** At most 70 seconds for a channel that is dead; the others are done long before. */
export const usualPatience: Patience = { attempts: 3, limit: 20_000, pause: 2_000 };

/**
 * Runs one attempt and stops waiting for it after its time, also where the library itself would not: a name that no
 * resolver answers for, or a server that sends a byte a minute.
 */
async function limited<T>(work: (signal: AbortSignal) => Promise<T>, limit: number, signal: AbortSignal): Promise<T> {
  const late = AbortSignal.timeout(limit);
  const stop = AbortSignal.any([signal, late]);
  const stopped = Promise.withResolvers<never>();
  const onStop = () => stopped.reject(late.aborted ? new ChannelFault("timeout") : signal.reason);
  stop.addEventListener("abort", onStop, { once: true });
  try {
    return await Promise.race([work(stop), stopped.promise]);
  } finally {
    stop.removeEventListener("abort", onStop);
  }
}

async function throughOne(
  channel: Channel,
  outgoing: Outgoing,
  { attempts, limit, pause }: Patience,
  signal: AbortSignal,
): Promise<Delivery> {
  let made = 0;
  const attempt = async () => {
    made += 1;
    return await limited((stop) => channel.send(outgoing, stop), limit, signal);
  };
  try {
    const error = await pRetry(attempt, {
      retries: attempts - 1,
      minTimeout: pause,
      factor: 3,
      signal,
      // Not every fault passes: a wrong password tried three times locks the account.
      shouldRetry: ({ error }) => error instanceof ChannelFault && error.passes,
    });
    return { channel: channel.name, status: "sent", attempts: made, error };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof ChannelFault)) throw thrown;
    return { channel: channel.name, status: "failed", attempts: made, error: thrown.message };
  }
}

const notMeant = { mail: "the plan names no address for it", slack: "it is not meant for Slack" } as const;

/**
 * Sends a message on every channel at once, so that a dead one delays no other. A fault of a channel is a result here
 * and no exception.
 *
 * @param done channels on which an earlier run has sent it
 * @throws what `signal` was aborted with
 */
export function deliver(
  outgoing: Outgoing,
  channels: readonly (Channel | ClosedChannel)[],
  options: { readonly patience?: Patience; readonly signal: AbortSignal; readonly done?: ReadonlySet<string> },
): Promise<Delivery[]> {
  const { patience = usualPatience, signal, done = new Set() } = options;
  const nothing = (channel: Delivery["channel"], status: "skipped" | "failed", error: string) =>
    Promise.resolve<Delivery>({ channel, status, attempts: 0, error });
  const wanted = (name: Delivery["channel"]) =>
    name === "mail" ? outgoing.audience.mail.length > 0 : outgoing.audience.slack;
  return Promise.all(
    channels.map((channel) => {
      if (done.has(channel.name)) return nothing(channel.name, "skipped", "sent by an earlier run");
      if (!wanted(channel.name)) return nothing(channel.name, "skipped", notMeant[channel.name]);
      if ("closed" in channel) return nothing(channel.name, channel.broken ? "failed" : "skipped", channel.closed);
      return throughOne(channel, outgoing, patience, signal);
    }),
  );
}
