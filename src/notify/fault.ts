/** Why a message did not go out: a stable class that holds nothing of what the server said. */
const faultClasses = {
  timeout: "no answer in time",
  unreachable: "the server cannot be reached",
  unknown_host: "its name cannot be resolved",
  tls: "no safe connection: STARTTLS is missing, or the certificate is not trusted",
  login: "the login was refused",
  sender: "the sender was refused",
  recipients: "every recipient was refused",
  message: "the message was refused",
  not_found: "the address of the webhook is no longer valid",
  rate_limit: "too many messages in a short time",
  server: "the server has a fault of its own",
  unknown: "for a reason that is not known",
} as const;

export type FaultClass = keyof typeof faultClasses;

/** Faults after which another attempt may go well. */
const passing: ReadonlySet<FaultClass> = new Set([
  "timeout",
  "unreachable",
  "unknown_host",
  "rate_limit",
  "server",
  "unknown",
]);

/** A channel did not take a message. */
export class ChannelFault extends Error {
  override readonly name = "ChannelFault";
  readonly fault: FaultClass;

  constructor(fault: FaultClass, options?: ErrorOptions) {
    super(faultClasses[fault], options);
    this.fault = fault;
  }

  /** Whether another attempt may go well. */
  get passes(): boolean {
    return passing.has(this.fault);
  }
}
