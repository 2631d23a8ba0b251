import { createHash } from "node:crypto";
import { createTransport } from "nodemailer";
import { z } from "zod";
import { ChannelFault, type FaultClass } from "../fault.ts";
import type { Channel, Outgoing } from "../types.ts";
import type { MailServer } from "./address.ts";
import { mailHtml, mailText } from "./render.ts";

/** Milliseconds that each wait of a conversation with a mail server may take; the caller limits the whole. */
const waits = { dnsTimeout: 5_000, connectionTimeout: 8_000, greetingTimeout: 8_000, socketTimeout: 15_000 } as const;

/** What nodemailer's errors carry, as far as it is looked at (nodemailer, `errors.d.ts`). */
const mailError = z.object({
  code: z.string().optional(),
  originalCode: z.string().optional(),
  command: z.string().optional(),
  permanent: z.boolean().optional(),
});

const faultsByCode: Readonly<Record<string, FaultClass>> = {
  ETIMEDOUT: "timeout",
  EABORT: "timeout",
  ECONNECTION: "unreachable",
  ESOCKET: "unreachable",
  EDNS: "unknown_host",
  ETLS: "tls",
  EREQUIRETLS: "tls",
  EAUTH: "login",
  ENOAUTH: "login",
  EENVELOPE: "recipients",
  EMESSAGE: "message",
};

/** OpenSSL's and Node's codes for a certificate that is not trusted, expired or of another host. */
const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^ERR_(TLS|SSL)/;

/** The class of what nodemailer threw. A refusal that the server calls passing (4yz) is its own fault, not the message's. */
function mailFault(thrown: unknown): ChannelFault {
  const parsed = mailError.safeParse(thrown);
  const { code = "", originalCode = "", command, permanent } = parsed.success ? parsed.data : {};
  const fault = (): FaultClass => {
    if (thrown instanceof Error && thrown.name === "AbortError") return "timeout";
    if (certificateCodes.test(code) || certificateCodes.test(originalCode)) return "tls";
    if (permanent === false) return "server";
    if (code === "EENVELOPE" && command?.startsWith("MAIL") === true) return "sender";
    return faultsByCode[code] ?? "unknown";
  };
  return new ChannelFault(fault(), { cause: thrown });
}

/**
 * The Message-ID of an event: the same for every run that tells of it, so that a mailbox which gets it twice shows it
 * once, and nothing in it tells more than the sender's domain.
 */
export function messageId(key: string, from: string): string {
  const digest = createHash("sha256").update(key).digest("hex").slice(0, 40);
  return `<${digest}@${from.slice(from.lastIndexOf("@") + 1)}>`;
}

/** The headers and bodies of a mail. Charts lie inside it: a PNG below the text, anything else as an attachment. */
function mailOf({ message, audience, chart }: Outgoing, from: string) {
  const inline = chart !== null && /\.(png|jpe?g)$/i.test(chart.name) ? "chart@ithaca" : null;
  return {
    from: { name: "Ithaca", address: from },
    to: [...audience.mail],
    subject: message.subject,
    messageId: messageId(message.key, from),
    text: mailText(message),
    html: mailHtml(message, inline),
    // `high` sets X-Priority, X-MSMail-Priority and Importance.
    ...(message.urgency === "urgent" ? { priority: "high" } : message.urgency === "quiet" ? { priority: "low" } : {}),
    // Keeps out-of-office answers from coming back (RFC 3834).
    headers: { "Auto-Submitted": "auto-generated", "X-Ithaca-Key": message.key },
    attachments:
      chart === null
        ? []
        : [{ filename: chart.name, content: chart.content, ...(inline === null ? {} : { cid: inline }) }],
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Mail through one server. */
export function mailChannel(server: MailServer, from: string): Channel {
  return {
    name: "mail",
    async send(outgoing, signal) {
      const transport = createTransport({
        host: server.host,
        port: server.port,
        secure: server.secure,
        requireTLS: server.requireTls,
        ...(server.login === null ? {} : { auth: { user: server.login.user, pass: server.login.password } }),
        tls: { minVersion: "TLSv1.2", ...(server.authorities === undefined ? {} : { ca: server.authorities }) },
        ...waits,
        // A server that never closes its side must not keep the run alive.
        socketCloseTimeout: 0,
      });
      try {
        const { rejected } = await transport.sendMail({ ...mailOf(outgoing, from), signal });
        const of = outgoing.audience.mail.length;
        return rejected.length === 0
          ? null
          : `${rejected.length} of ${of} recipients ${rejected.length === 1 ? "was" : "were"} refused`;
      } catch (thrown) {
        throw mailFault(thrown);
      } finally {
        transport.close();
      }
    },
  };
}
