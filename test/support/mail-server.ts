import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type AddressObject, type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { run } from "../../src/base/child-process.ts";
import { scratchDirectory } from "../../src/base/scratch.ts";

/** A mail as it arrived. */
export interface ReceivedMail extends ParsedMail {
  /** Addresses of the envelope. */
  readonly recipients: readonly string[];
  /** Whether it came through TLS. */
  readonly secure: boolean;
  readonly user: string | undefined;
  /** The mail as it was sent, headers and all. */
  readonly raw: string;
}

/** A mail server on this machine. */
export interface MailServerStandIn extends AsyncDisposable {
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** What the next messages are refused with, one after the other: an SMTP reply such as `451 4.3.0 busy`. */
  readonly refusals: string[];
  /** Addresses that it knows nobody at. */
  readonly unknown: Set<string>;
}

function refusal(reply: string): Error {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}

/** Starts it; it asks for no login unless told otherwise, and offers STARTTLS where it has a certificate. */
export async function mailServerStandIn(options: SMTPServerOptions = {}): Promise<MailServerStandIn> {
  const mails: ReceivedMail[] = [];
  const refusals: string[] = [];
  const unknown = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.key === undefined ? ["STARTTLS"] : [],
    disableReverseLookup: true,
    logger: false,
    onAuth: (auth, _session, done) =>
      auth.password === "right" ? done(null, { user: auth.username }) : done(refusal("535 5.7.8 canary-answer")),
    onRcptTo: ({ address }, _session, done) => done(unknown.has(address) ? refusal("550 5.1.1 canary-answer") : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        const refused = refusals.shift();
        if (refused !== undefined) return done(refusal(refused));
        const raw = Buffer.concat(chunks);
        const { envelope, secure, user } = session;
        const recipients = envelope.rcptTo.map(({ address }) => address);
        mails.push({ ...(await simpleParser(raw)), recipients, secure, user, raw: raw.toString("utf8") });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    mails,
    refusals,
    unknown,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The addresses of a header. */
export function addressesOf(header: AddressObject | AddressObject[] | undefined): string[] {
  const all = header === undefined ? [] : Array.isArray(header) ? header : [header];
  return all.flatMap(({ value }) => value.map(({ address }) => address ?? ""));
}

/** Takes connections and never says a word. */
export async function silentServer(): Promise<AsyncDisposable & { readonly port: number; connections(): number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    connections: () => sockets.size,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** A key and a certificate for `localhost`, signed by itself. */
export async function selfSigned(): Promise<{ key: string; cert: string }> {
  await using files = await scratchDirectory("certificate");
  const [key, cert] = [join(files.path, "key"), join(files.path, "cert")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"];
  const { exitCode, stderr } = await run("openssl", ["req", "-x509", ...curve, ...name, "-keyout", key, "-out", cert], {
    env: { HOME: files.path },
  });
  if (exitCode !== 0) throw new Error(stderr);
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}
