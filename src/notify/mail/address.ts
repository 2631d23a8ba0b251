import { z } from "zod";
import { registerSecret } from "../../base/redact.ts";
import { notifyErrors } from "../errors.ts";

/** A mail server and how it is spoken to. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps`); otherwise STARTTLS. */
  readonly secure: boolean;
  /** Without TLS nothing is sent, neither the password nor a message; only on this machine may it be missing. */
  readonly requireTls: boolean;
  readonly login: { readonly user: string; readonly password: string } | null;
  /** Certificates of authorities to trust instead of the machine's own, as PEM. */
  readonly authorities?: string;
}

/** This machine, by any of its names: what is said to it leaves no wire. */
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw notifyErrors.smtp_url({ why: "its user or password holds a % that begins no percent-encoding" }, { cause });
  }
}

/**
 * Reads SMTP_URL. The password becomes a registered secret.
 *
 * @throws input: it is no `smtp:` or `smtps:` address
 */
export function mailServer(url: string): MailServer {
  registerSecret(url);
  if (!URL.canParse(url)) throw notifyErrors.smtp_url({ why: "it is no address" });
  const { protocol, hostname, port, username, password, search, pathname } = new URL(url);
  if (protocol !== "smtp:" && protocol !== "smtps:") {
    throw notifyErrors.smtp_url({ why: "it begins neither with smtps:// nor with smtp://" });
  }
  if (hostname === "") throw notifyErrors.smtp_url({ why: "it names no host" });
  if (search !== "" || pathname.length > 1) throw notifyErrors.smtp_url({ why: "something follows the host and port" });
  const secure = protocol === "smtps:";
  const login = username === "" ? null : { user: decoded(username), password: decoded(password) };
  registerSecret(login?.password);
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    // 587 is the port of submission with STARTTLS, 465 of submission over TLS (RFC 8314).
    port: port === "" ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTls: !secure && !loopback.test(hostname),
    login,
  };
}

/**
 * The address that mails come from: the plan's, else the login where that is one.
 *
 * @throws input: there is neither
 */
export function sender(server: MailServer, planned: string | undefined): string {
  const user = z.email().safeParse(server.login?.user);
  if (planned !== undefined) return planned;
  if (user.success) return user.data;
  throw notifyErrors.no_sender({});
}
