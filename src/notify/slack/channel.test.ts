import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "../../../test/support/tls-server.ts";
import { type WebHook, webHook } from "../../../test/support/web-hook.ts";
import { redact } from "../../base/redact.ts";
import { outgoing } from "../examples/messages.ts";
import { ChannelFault } from "../fault.ts";
import { webAddress } from "../web-address.ts";
import { slackPost } from "./blocks.ts";
import { slackChannel } from "./channel.ts";

let hook: WebHook;
beforeAll(async () => {
  hook = await webHook();
});
afterAll(() => hook[Symbol.asyncDispose]());
beforeEach(() => {
  hook.requests.length = 0;
  hook.answers.length = 0;
});

const path = "/services/T000/B000/canary-webhook-key";
const send = (url = hook.url, stop = AbortSignal.timeout(20_000)) =>
  slackChannel(webAddress("SLACK_WEBHOOK_URL", `${url}${path}`)).send(outgoing(), stop);

/** Every text of a post. */
const textsOf = (post: ReturnType<typeof slackPost>) =>
  [...JSON.stringify(post).matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => JSON.parse(`"${text}"`));

test("one post has the subject, the mention, the first step and the links as buttons", async () => {
  await send();
  expect(hook.requests.map(({ path: at }) => at)).toEqual([path]);
  const post = JSON.parse(hook.requests[0]?.body ?? "");
  expect(post).toMatchObject({
    text: expect.stringMatching(/^URGENT: Daily backup failed - Immediate action required: /),
    blocks: [
      { type: "header", text: { text: "🔴 URGENT: Daily backup failed - Immediate action required" } },
      {
        type: "section",
        text: { type: "mrkdwn", text: expect.stringMatching(/^<@U012AB3CD> The backup/), verbatim: true },
      },
      { type: "section", text: { text: expect.stringContaining("*What to do first:*") } },
      { type: "section", text: { text: expect.stringContaining("db.example.org") } },
      { type: "section", fields: [{}, {}] },
      { type: "actions", elements: [{ url: "https://github.com/acme/shop/issues/7" }, {}] },
    ],
  });
});

test("no name mentions anybody or becomes markup, and no limit of Slack's is passed, whatever the texts are", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.constantFrom(
      "<!channel>",
      "<@U999>",
      "<https://evil.example|click>",
      "&amp;<>&",
      "😀".repeat(400),
      "x&".repeat(2000),
    ),
  );
  const message = fc.record({
    subject: text,
    lead: text,
    firstStep: fc.option(text),
    findings: fc.array(text, { maxLength: 30 }),
    facts: fc.array(fc.record({ name: text, value: text }), { maxLength: 15 }),
  });
  fc.assert(
    fc.property(message, (parts) => {
      const post = slackPost(outgoing(parts));
      const { blocks = [] } = post;
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const block of blocks) {
        if (block.type === "header" && "text" in block)
          expect(textsOf({ blocks: [block] })[0]?.length).toBeLessThanOrEqual(150);
        if (block.type === "section" && "fields" in block)
          expect(JSON.parse(JSON.stringify(block.fields)).length).toBeLessThanOrEqual(10);
      }
      for (const shown of textsOf(post)) {
        expect(shown.length).toBeLessThanOrEqual(3000);
        expect(shown.isWellFormed() || !JSON.stringify(parts).isWellFormed()).toBe(true);
      }
      const marked = JSON.stringify(blocks.filter(({ type }) => type !== "header")).replace("<@U012AB3CD>", "");
      expect(marked).not.toMatch(/[<>]/);
    }),
    { numRuns: 200 },
  );
});

describe("an answer that is no yes has a class, in words of ours", () => {
  test.each([
    [500, "server", true],
    [429, "rate_limit", true],
    [400, "message", false],
    [404, "not_found", false],
    [403, "not_found", false],
    ["silence", "timeout", true],
  ] as const)("%s", async (answer, fault, passes) => {
    hook.answers.push(answer);
    const stop = AbortSignal.timeout(answer === "silence" ? 200 : 20_000);
    const thrown = await send(hook.url, stop).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(ChannelFault);
    expect(thrown).toMatchObject({ fault, passes, message: expect.not.stringContaining("canary") });
  });
  test("nothing listens there", async () => {
    const thrown = await send(`http://127.0.0.1:${await freePort()}`).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ fault: "unreachable" });
  });
});

test("the webhook's address is a secret, and must be safe", () => {
  webAddress("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T0/B0/canary-webhook-path");
  expect(redact("posted to services/T0/B0/canary-webhook-path")).not.toContain("canary");
  expect(() => webAddress("SLACK_WEBHOOK_URL", "http://hooks.slack.com/services/T0")).toThrow(/begin with https/);
  expect(() => webAddress("HEARTBEAT_URL", "hc-ping.com/abc")).toThrow(/HEARTBEAT_URL.*no address/);
  expect(() => webAddress("HEARTBEAT_URL", "https://u:100%canary@hc-ping.com")).toThrow(/HEARTBEAT_URL.*percent-enc/);
});
