import { describe, expect, test } from "vitest";
import { until } from "../../test/support/death.ts";
import { silentServer } from "../../test/support/mail-server.ts";
import { backupFailed, patience, team, urgent } from "../../test/support/notify-team.ts";
import { registerSecret } from "../base/redact.ts";
import { writeReport } from "../report/write.ts";
import { notify } from "./notify.ts";

/* What becomes of a message where channels fail or are missing, and what never stands in one. */

const ops = team();

describe("a channel that fails", () => {
  test("is tried again, and nothing is lost", async () => {
    ops.mail.refusals.push("451 4.3.0 busy", "451 4.3.0 busy");
    ops.slack.answers.push(500);
    const { messages, verdict } = await ops.tellOf(backupFailed());
    expect(messages[0]?.deliveries).toEqual([
      { channel: "mail", status: "sent", attempts: 3, error: null },
      { channel: "slack", status: "sent", attempts: 2, error: null },
    ]);
    expect([verdict, ops.subjects(), ops.posts()]).toEqual(["proven", [urgent], [`🔴 ${urgent}`]]);
  });
  test("for good is told through the other, and owed: the next run sends it there, and only there", async () => {
    ops.mail.refusals.push(...Array(3).fill("451 4.3.0 busy"));
    const outcome = await ops.tellOf(backupFailed());
    expect(outcome).toMatchObject({
      verdict: "proven",
      checks: [{ reason: "mail: the server has a fault of its own" }],
    });
    expect(ops.posts()).toEqual([`🔴 ${urgent}`, "🟢 Mail could not be delivered - inner-odyssey"]);
    expect(ops.slack.requests[1]?.body).toContain(`Not sent: ${urgent} (attempts: 3)`);
    expect((await outcome.again()).messages.map(({ subject }) => subject)).toEqual([urgent]);
    expect([ops.subjects(), ops.posts().length]).toEqual([[urgent], 2]);
  });
  test("with a secret that makes no sense is told like one that is down", async () => {
    const outcome = await ops.tellOf(backupFailed(), { SMTP_URL: "ops.mail.example.com" });
    expect(outcome.verdict).toBe("proven");
    expect(ops.posts()).toEqual([`🔴 ${urgent}`, "🟢 Mail could not be delivered - inner-odyssey"]);
  });
  test("by never answering delays no other", async () => {
    await using silent = await silentServer();
    const context = ops.checkout();
    const { json } = (await writeReport(ops.reports, backupFailed())).report;
    const environment = { ...context.environment, SMTP_URL: `smtp://localhost:${silent.port}` };
    const stop = new AbortController();
    const running = notify(
      { ...context, environment, signal: stop.signal },
      { plan: "ithaca.yaml", reports: [json], patience: { ...patience, limit: 600_000 } },
    );
    // It is posted while the mail server is still waited for: only stopping the run ends that.
    await until(() => ops.slack.requests.length === 1 && silent.connections() === 1);
    stop.abort(new Error("stopped by the test"));
    await expect(running).rejects.toThrow("stopped by the test");
  });
  test("together with all others is a failed run", async () => {
    ops.slack.answers.push(404, 404);
    ops.mail.refusals.push("554 5.7.1 no", "554 5.7.1 no");
    const outcome = await ops.tellOf(backupFailed());
    expect(outcome).toMatchObject({
      verdict: "failed",
      checks: [{ id: "notify.delivery", status: "failed", findings: [{ object: urgent }, {}, {}] }],
    });
  });
});

test("where no channel is set up the run is inconclusive: nobody was told", async () => {
  const outcome = await ops.tellOf(backupFailed(), { SMTP_URL: "", SLACK_WEBHOOK_URL: "" });
  expect(outcome).toMatchObject({
    verdict: "inconclusive",
    checks: [{ reason: expect.stringContaining("SMTP_URL is not set") }],
  });
});

test("no secret and no foreign link is in a message or its record", async () => {
  registerSecret("canary-database-password");
  const reason =
    "Login postgres://app:canary-database-password@db.example.org failed; see http://evil.example or www.evil.example.";
  await ops.tellOf(backupFailed({ reason }));
  const records = ops.recordTexts();
  const all = [ops.mail.mails[0]?.raw, ops.mail.mails[0]?.text, ops.slack.requests[0]?.body, ...records].join("\n");
  expect(all).not.toMatch(/canary-database-password|canary-hook-key/);
  expect(ops.mail.mails[0]?.text).not.toMatch(/http:\/\/evil|www\.evil/);
});
