import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  addressesOf,
  type MailServerStandIn,
  mailServerStandIn,
  selfSigned,
  silentServer,
} from "../../../test/support/mail-server.ts";
import { freePort } from "../../../test/support/tls-server.ts";
import { alarm, outgoing } from "../examples/messages.ts";
import { ChannelFault } from "../fault.ts";
import { type MailServer, mailServer, sender } from "./address.ts";
import { mailChannel, messageId } from "./channel.ts";

let server: MailServerStandIn;
beforeAll(async () => {
  server = await mailServerStandIn();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.mails.length = 0;
  server.refusals.length = 0;
  server.unknown.clear();
});

const from = "ithaca@example.com";
const signal = () => AbortSignal.timeout(20_000);
const at = (port: number, more: Partial<MailServer> = {}): MailServer => ({
  host: "127.0.0.1",
  port,
  secure: false,
  requireTls: false,
  login: null,
  ...more,
});
const send = (to: MailServer, what = outgoing(), stop = signal()) => mailChannel(to, from).send(what, stop);

async function faultOf(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ChannelFault)) throw new Error("no fault of the channel", { cause: thrown });
  // Of our own words only: what a server says may quote an address, a key, or anything else.
  expect(thrown.message).not.toContain("canary");
  return thrown.fault;
}

test("a mail carries subject, both bodies, links and high priority, and goes to everybody in one piece", async () => {
  expect(await send(at(server.port))).toBeNull();
  const [mail] = server.mails;
  expect(mail?.subject).toBe("URGENT: Daily backup failed - Immediate action required");
  expect(mail?.recipients).toEqual(["ops@example.com", "lead@example.com"]);
  expect(addressesOf(mail?.to)).toEqual(["ops@example.com", "lead@example.com"]);
  expect(mail?.from?.text).toBe('"Ithaca" <ithaca@example.com>');
  for (const body of [mail?.text, String(mail?.html)]) {
    expect(body).toContain("What to do first:");
    expect(body).toContain("db.example.org cannot be reached");
    expect(body).toContain("https://github.com/acme/shop/issues/7");
  }
  expect(mail?.raw).toMatch(/^X-Priority: 1 \(Highest\)\r$/m);
  expect(mail?.raw).toMatch(/^Importance: high\r$/im);
  expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
});

test("the Message-ID is the event's, whichever run sends it", async () => {
  await send(at(server.port));
  await send(at(server.port), outgoing({ lead: "Said again by another run." }));
  await send(at(server.port), outgoing({ key: "inner-odyssey/2026/11/23-backup-failed" }));
  const ids = server.mails.map((mail) => mail.messageId);
  expect(ids[0]).toBe(messageId(alarm().key, from));
  expect(new Set(ids).size).toBe(2);
});

test("a chart lies in the mail: a picture within the text, anything else beside it", async () => {
  const content = Buffer.from("not really a picture");
  await send(at(server.port), outgoing({}, { chart: { name: "sizes.png", content } }));
  await send(at(server.port), outgoing({}, { chart: { name: "sizes.svg", content } }));
  const [inline, beside] = server.mails;
  // The parser puts the picture where the text refers to it.
  expect(String(inline?.html)).toContain('<img src="data:image/png');
  expect(inline?.attachments[0]).toMatchObject({ related: true, cid: "chart@ithaca", content });
  expect(beside?.attachments[0]).toMatchObject({ filename: "sizes.svg", contentDisposition: "attachment", content });
});

test("names from a database stay text: no tag, no header of their own", async () => {
  const nasty = `<img src=x onerror=alert(1)> "quoted" & more`;
  await send(at(server.port), outgoing({ subject: `Digest ${nasty}`, findings: [nasty], lead: nasty }));
  const [mail] = server.mails;
  expect(String(mail?.html)).not.toContain("<img");
  expect(String(mail?.html)).toContain("&lt;img src=x onerror=alert(1)&gt; &quot;quoted&quot; &amp; more");
  expect(mail?.subject).toBe(`Digest ${nasty}`);
});

test("an address that is refused is told, and the others get the mail", async () => {
  server.unknown.add("lead@example.com");
  expect(await send(at(server.port))).toBe("1 of 2 recipients was refused");
  expect(server.mails[0]?.recipients).toEqual(["ops@example.com"]);
});

describe("with a certificate", () => {
  let secured: MailServerStandIn;
  let certificate: { key: string; cert: string };
  beforeAll(async () => {
    certificate = await selfSigned();
    secured = await mailServerStandIn({ ...certificate, authOptional: false });
  });
  afterAll(() => secured[Symbol.asyncDispose]());
  const login = { user: "ithaca@example.com", password: "right" };
  const trusted = () => at(secured.port, { host: "localhost", requireTls: true, authorities: certificate.cert, login });

  test("STARTTLS comes before the login and the message", async () => {
    await send(trusted());
    expect(secured.mails[0]).toMatchObject({ secure: true, user: "ithaca@example.com" });
  });
  test("one that is not trusted, or of another host, gets nothing", async () => {
    const { authorities: _, ...untrusted } = trusted();
    expect(await faultOf(send(untrusted))).toBe("tls");
    const other = await selfSigned();
    expect(await faultOf(send({ ...trusted(), authorities: other.cert }))).toBe("tls");
    expect(secured.mails).toHaveLength(1);
  });
  test("a wrong password is its own fault, and is not tried again", async () => {
    const wrong = { ...trusted(), login: { ...login, password: "wrong" } };
    expect(await faultOf(send(wrong))).toBe("login");
    expect(new ChannelFault("login").passes).toBe(false);
  });
});

describe("a server that takes nothing", () => {
  test("without STARTTLS where that is required gets neither password nor message", async () => {
    const login = { user: "ithaca", password: "canary-password" };
    expect(await faultOf(send(at(server.port, { requireTls: true, login })))).toBe("tls");
    expect(server.mails).toEqual([]);
  });
  test("nothing listens there, or its name is nobody's", async () => {
    expect(await faultOf(send(at(await freePort())))).toBe("unreachable");
    expect(await faultOf(send(at(25, { host: "mail.invalid" })))).toBe("unknown_host");
  });
  test("it never says a word", async () => {
    await using silent = await silentServer();
    expect(await faultOf(send(at(silent.port), outgoing(), AbortSignal.timeout(300)))).toBe("timeout");
  });
  test.each([
    ["451 4.3.0 canary-answer", "server", true],
    ["554 5.7.1 canary-answer", "message", false],
  ] as const)("it answers %s", async (reply, fault, passes) => {
    server.refusals.push(reply);
    expect(await faultOf(send(at(server.port)))).toBe(fault);
    expect(new ChannelFault(fault).passes).toBe(passes);
  });
  test("it knows none of the recipients", async () => {
    server.unknown.add("ops@example.com").add("lead@example.com");
    expect(await faultOf(send(at(server.port)))).toBe("recipients");
  });
});

describe("SMTP_URL", () => {
  test.each([
    ["smtps://u%40x.org:p%2Fw@mail.example.com", { port: 465, secure: true, requireTls: false }],
    ["smtp://u%40x.org:p%2Fw@mail.example.com", { port: 587, secure: false, requireTls: true }],
    ["smtp://u%40x.org:p%2Fw@localhost:2525", { port: 2525, secure: false, requireTls: false }],
    ["smtp://u%40x.org:p%2Fw@[::1]:2525", { host: "::1", requireTls: false }],
    ["smtp://u%40x.org:p%2Fw@127.0.0.1.example.com", { requireTls: true }],
  ])("%s", (url, expected) => {
    expect(mailServer(url)).toMatchObject({ ...expected, login: { user: "u@x.org", password: "p/w" } });
  });
  test.each([
    ["mail.example.com:587", /begins neither/],
    ["", /no address/],
    ["https://mail.example.com", /begins neither/],
    ["smtp://mail.example.com/?tls.rejectUnauthorized=false", /something follows/],
    ["smtp://user:100%@mail.example.com", /percent/],
  ])("%s is refused", (url, why) => expect(() => mailServer(url)).toThrow(why));
  test("the sender is the plan's, else the login, else there is none", () => {
    const server = mailServer("smtps://ithaca%40x.org:pw@mail.example.com");
    expect(sender(server, "ops@example.com")).toBe("ops@example.com");
    expect(sender(server, undefined)).toBe("ithaca@x.org");
    expect(() => sender({ ...server, login: null }, undefined)).toThrow(/set alerts.from/);
  });
});
