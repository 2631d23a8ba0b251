import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../test/support/death.ts";
import { type MailServerStandIn, mailServerStandIn, silentServer } from "../../test/support/mail-server.ts";
import { type WebHook, webHook } from "../../test/support/web-hook.ts";
import { fixedClock } from "../base/clock.ts";
import { silentProgress } from "../base/progress.ts";
import { registerSecret } from "../base/redact.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { recordNotification } from "../notify/ledger.ts";
import { sha256 } from "../report/chain/link.ts";
import { nextLinks } from "../report/chain/next-links.ts";
import { backupTaken, failed, green, inconclusive } from "../report/examples/reports.ts";
import type { BackupReport } from "../report/model.ts";
import { writeReport } from "../report/write.ts";
import type { UseCaseContext } from "./context.ts";
import { notify } from "./notify.ts";

const plan = `version: 1
databases:
  inner-odyssey: {}
contacts:
  primary: { role: Lead, email: lead@example.com, slack: U012AB3CD }
  escalation: { role: CTO, email: cto@example.com }
alerts:
  success_email: ops@example.com
  failure_email: ops@example.com
  from: ithaca@example.com
`;

const patience = { attempts: 3, limit: 5_000, pause: 5 };
const success = "Daily backup completed successfully - 2026-11-23T02-00-05Z-inner-odyssey-4f1c2a9b - 31.5 MB";
const urgent = "URGENT: Daily backup failed - Immediate action required";

let mail: MailServerStandIn;
let slack: WebHook;
let place: Scratch;
let work: string;
beforeAll(async () => {
  [mail, slack, place] = await Promise.all([mailServerStandIn(), webHook(), scratchDirectory("notify")]);
});
afterAll(async () => {
  await Promise.all([mail, slack, place].map((each) => each[Symbol.asyncDispose]()));
});
let number = 0;
beforeEach(() => {
  for (const list of [mail.mails, mail.refusals, slack.requests, slack.answers]) list.length = 0;
  number += 1;
  work = join(place.path, String(number));
});

/** A run of a workflow in a fresh checkout of what earlier runs have published. */
function checkout(): UseCaseContext {
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "ithaca.yaml"), plan);
  return {
    environment: {
      SMTP_URL: `smtp://localhost:${mail.port}`,
      SLACK_WEBHOOK_URL: `${slack.url}/services/canary-hook-key`,
    },
    clock: fixedClock("2026-11-23T02:40:00Z"),
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: work,
  };
}

/** Writes a report and tells of it. */
async function tellOf(report: Parameters<typeof writeReport>[1], environment: UseCaseContext["environment"] = {}) {
  const context = checkout();
  const { json } = (await writeReport(join(work, "reports"), report)).report;
  const told = await notify(
    { ...context, environment: { ...context.environment, ...environment } },
    { plan: "ithaca.yaml", reports: [json], issue: "https://github.com/acme/shop/issues/7", patience },
  );
  return { ...told, again: () => notify(context, { plan: "ithaca.yaml", reports: [json], patience }) };
}

const backupFailed = (changes: Partial<BackupReport> = {}) =>
  backupTaken({
    verdict: "failed",
    reason: "The server db.example.org cannot be reached; check its address.",
    backup: null,
    ...changes,
  });
const posts = () => slack.requests.map(({ body }) => String(JSON.parse(body).blocks[0].text.text));
const subjects = () => mail.mails.map(({ subject }) => subject);
const recordFiles = () =>
  readdirSync(join(work, "reports/notifications"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".json"),
  );

describe("a backup", () => {
  test("that failed is told urgently on both channels, with finding, issue and first step; once", async () => {
    const outcome = await tellOf(backupFailed());
    expect(outcome).toMatchObject({ verdict: "proven", messages: [{ subject: urgent }] });
    expect([subjects(), posts()]).toEqual([[urgent], [`🔴 ${urgent}`]]);
    expect(mail.mails[0]?.recipients).toEqual(["ops@example.com", "lead@example.com"]);
    for (const said of [mail.mails[0]?.text, slack.requests[0]?.body]) {
      expect(said).toMatch(/db\.example\.org cannot be reached[\s\S]*issues\/7/);
      expect(said).toContain("npm run ithaca -- backup --database inner-odyssey");
    }
    expect((await outcome.again()).messages).toEqual([]);
    expect(mail.mails).toHaveLength(1);
    expect(slack.requests).toHaveLength(1);
    expect(recordFiles()).toEqual(["inner-odyssey/2026/11/23-backup-failed.json"]);
  });
  test("that took longer than 30 minutes is told just so, with how long it took", async () => {
    const run = { ...backupTaken().run, finished_at: "2026-11-23T02:41:02.000Z" };
    await tellOf(backupTaken({ run }));
    expect([subjects(), posts()]).toEqual([[urgent], [`🔴 ${urgent}`]]);
    expect(mail.mails[0]?.text).toContain("took 41 min, and the plan allows 30 min");
  });
  test("that is there before the watch looks is not told yet; one that comes after it is", async () => {
    await tellOf(backupTaken());
    expect(subjects()).toEqual([]);
    const late = {
      ...backupTaken().run,
      started_at: "2026-11-23T02:31:00.000Z",
      finished_at: "2026-11-23T02:39:00.000Z",
    };
    await tellOf(backupTaken({ run: late }));
    expect([subjects(), posts()]).toEqual([[success], []]);
    expect(mail.mails[0]?.recipients).toEqual(["ops@example.com"]);
  });
  test("that comes after it failed resolves the alarm", async () => {
    await tellOf(backupFailed());
    const run = {
      ...backupTaken().run,
      id: "8791-1",
      started_at: "2026-11-23T02:10:00.000Z",
      finished_at: "2026-11-23T02:12:00.000Z",
    };
    await tellOf(backupTaken({ run }));
    expect(subjects()).toEqual([urgent, "Resolved: Daily backup failed"]);
    expect(posts()).toEqual([`🔴 ${urgent}`, "🟢 Resolved: Daily backup failed"]);
    expect(mail.mails[1]?.text).toMatch(/Since: +2026-11-23 02:00 UTC, told 1 time so far/);
  });
});

describe("a proof", () => {
  test("that failed, could not be finished, or is well", async () => {
    await tellOf(failed());
    await tellOf(inconclusive());
    await tellOf(green());
    expect(subjects()).toEqual([
      "URGENT: Weekly proof failed - Immediate action required",
      "Manual proof could not be completed - inner-odyssey",
    ]);
    expect(mail.mails[0]?.raw).toMatch(/X-Priority: 1/);
    expect(mail.mails[1]?.raw).not.toMatch(/X-Priority/);
    expect(mail.mails[0]?.text).toContain("See on your own terminal which rows and definitions differ");
  });
  test("of a copy that was damaged on purpose is nobody's alarm", async () => {
    expect((await tellOf(failed({ damaged: true }))).messages).toEqual([]);
  });
});

describe("a channel that fails", () => {
  test("is tried again, and nothing is lost", async () => {
    mail.refusals.push("451 4.3.0 busy", "451 4.3.0 busy");
    slack.answers.push(500);
    const { messages, verdict } = await tellOf(backupFailed());
    expect(messages[0]?.deliveries).toEqual([
      { channel: "mail", status: "sent", attempts: 3, error: null },
      { channel: "slack", status: "sent", attempts: 2, error: null },
    ]);
    expect([verdict, subjects(), posts()]).toEqual(["proven", [urgent], [`🔴 ${urgent}`]]);
  });
  test("for good is told through the other, and owed: the next run sends it there, and only there", async () => {
    mail.refusals.push(...Array(3).fill("451 4.3.0 busy"));
    const outcome = await tellOf(backupFailed());
    expect(outcome).toMatchObject({
      verdict: "proven",
      checks: [{ reason: "mail: the server has a fault of its own" }],
    });
    expect(posts()).toEqual([`🔴 ${urgent}`, "🟢 Mail could not be delivered - inner-odyssey"]);
    expect(slack.requests[1]?.body).toContain(`Not sent: ${urgent} (attempts: 3)`);
    expect((await outcome.again()).messages.map(({ subject }) => subject)).toEqual([urgent]);
    expect([subjects(), posts().length]).toEqual([[urgent], 2]);
  });
  test("with a secret that makes no sense is told like one that is down", async () => {
    const outcome = await tellOf(backupFailed(), { SMTP_URL: "mail.example.com" });
    expect(outcome.verdict).toBe("proven");
    expect(posts()).toEqual([`🔴 ${urgent}`, "🟢 Mail could not be delivered - inner-odyssey"]);
  });
  test("by never answering delays no other", async () => {
    await using silent = await silentServer();
    const context = checkout();
    const { json } = (await writeReport(join(work, "reports"), backupFailed())).report;
    const environment = { ...context.environment, SMTP_URL: `smtp://localhost:${silent.port}` };
    const stop = new AbortController();
    const running = notify(
      { ...context, environment, signal: stop.signal },
      { plan: "ithaca.yaml", reports: [json], patience: { ...patience, limit: 600_000 } },
    );
    // It is posted while the mail server is still waited for: only stopping the run ends that.
    await until(() => slack.requests.length === 1 && silent.connections() === 1);
    stop.abort(new Error("stopped by the test"));
    await expect(running).rejects.toThrow("stopped by the test");
  });
  test("together with all others is a failed run", async () => {
    slack.answers.push(404, 404);
    mail.refusals.push("554 5.7.1 no", "554 5.7.1 no");
    const outcome = await tellOf(backupFailed());
    expect(outcome).toMatchObject({
      verdict: "failed",
      checks: [{ id: "notify.delivery", status: "failed", findings: [{ object: urgent }, {}, {}] }],
    });
  });
});

test("of a recovery hear also those to whom it was escalated; the head of the evidence chain stands in the mail", async () => {
  await tellOf(backupFailed());
  const subject = {
    database: "inner-odyssey",
    topic: "incident-7-escalation-021000",
    statement: "escalated",
    day: "2026-11-23",
    ordinal: 1,
  } as const;
  await recordNotification(join(work, "reports"), subject, {
    state: "bad",
    at: "2026-11-23T04:10:00.000Z",
    told_at: "2026-11-23T04:10:00.000Z",
    subject: "URGENT: Unresolved for 2 h",
    urgency: "urgent",
    run: { id: "1-1", url: null },
    about: null,
    deliveries: [{ channel: "mail", status: "sent", attempts: 1, error: null }],
  });
  const bytes = Buffer.from(JSON.stringify({ database: "inner-odyssey" }));
  const [link] = nextLinks([], [{ path: "2026/11/22-backup-1.json", bytes }], new Date("2026-11-23T03:00:00Z"));
  mkdirSync(join(work, "reports/chain/inner-odyssey"), { recursive: true });
  writeFileSync(join(work, "reports", link?.path ?? ""), link?.text ?? "");
  const run = {
    ...backupTaken().run,
    id: "8795-1",
    started_at: "2026-11-23T04:20:00.000Z",
    finished_at: "2026-11-23T04:22:00.000Z",
  };
  await tellOf(backupTaken({ run }));
  const resolved = mail.mails.find(({ subject: of }) => of?.startsWith("Resolved"));
  expect(resolved?.recipients).toEqual(["ops@example.com", "lead@example.com", "cto@example.com"]);
  expect(resolved?.text).toContain(`Evidence chain: link 1, ${sha256(link?.text ?? "")}`);
});

test("where no channel is set up the run is inconclusive: nobody was told", async () => {
  const outcome = await tellOf(backupFailed(), { SMTP_URL: "", SLACK_WEBHOOK_URL: "" });
  expect(outcome).toMatchObject({
    verdict: "inconclusive",
    checks: [{ reason: expect.stringContaining("SMTP_URL is not set") }],
  });
});

test("no secret and no foreign link is in a message or its record", async () => {
  registerSecret("canary-database-password");
  const reason =
    "Login postgres://app:canary-database-password@db.example.org failed; see http://evil.example or www.evil.example.";
  await tellOf(backupFailed({ reason }));
  const records = recordFiles().map((path) => readFileSync(join(work, "reports/notifications", path), "utf8"));
  const all = [mail.mails[0]?.raw, mail.mails[0]?.text, slack.requests[0]?.body, ...records].join("\n");
  expect(all).not.toMatch(/canary-database-password|canary-hook-key/);
  expect(mail.mails[0]?.text).not.toMatch(/http:\/\/evil|www\.evil/);
});
