/*
 * A message is built without knowing how it travels, and a channel carries it without knowing what it is about.
 */

/** `urgent` wakes people, `normal` is read today, `quiet` may be read any time. */
export type Urgency = "urgent" | "normal" | "quiet";

/** What people are told. Every text is plain: each channel escapes it for itself. */
export interface Message {
  /**
   * What it is about, the same whichever run says it: `inner-odyssey/2026/11/22-backup-failed`. It names the record of its delivery and the
   * mail, so that a second run neither sends it again nor shows it twice.
   */
  readonly key: string;
  readonly database: string;
  readonly urgency: Urgency;
  readonly subject: string;
  /** One or two sentences that say it all. */
  readonly lead: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** What was found, one line each, the gravest first. */
  readonly findings: readonly string[];
  /** What a person does first; null where nothing is asked. */
  readonly firstStep: string | null;
  readonly links: readonly { readonly text: string; readonly url: string }[];
}

/** A picture that goes with a mail. */
export interface Chart {
  readonly name: string;
  readonly content: Buffer;
}

/** Whom a message is for. */
export interface Audience {
  /** Addresses; none where nobody of the plan gets this by mail. */
  readonly mail: readonly string[];
  readonly slack: boolean;
  /** Slack member ids that are mentioned. */
  readonly mentions: readonly string[];
}

/** A message with whom it is for. */
export interface Outgoing {
  readonly message: Message;
  readonly audience: Audience;
  readonly chart: Chart | null;
}

export type ChannelName = "mail" | "slack";

/** One way to reach people. */
export interface Channel {
  readonly name: ChannelName;
  /**
   * Sends once, and gives what was not quite right, such as one refused address of two; null where all was.
   *
   * @throws ChannelFault
   */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<string | null>;
}

/** A channel that cannot be used, with why. */
export interface ClosedChannel {
  readonly name: ChannelName;
  readonly closed: string;
  /** It is set up, and wrongly: whoever counts on it must hear that. */
  readonly broken: boolean;
}

/**
 * What became of a message on one channel. `skipped`: the channel is not set up, or nobody there is meant. `error` is
 * of our own words: what a server answers may quote an address or a key.
 */
export interface Delivery {
  readonly channel: ChannelName;
  readonly status: "sent" | "failed" | "skipped";
  readonly attempts: number;
  readonly error: string | null;
}
