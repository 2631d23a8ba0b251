import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { backupFailed, team, urgent } from "../../test/support/notify-team.ts";
import { recordNotification } from "../notify/ledger.ts";
import { sha256 } from "../report/chain/link.ts";
import { nextLinks } from "../report/chain/next-links.ts";
import { backupTaken, failed, green, inconclusive } from "../report/examples/reports.ts";

/* What people are told of each kind of report, and when. */

const success = "Daily backup completed successfully - 2026-11-23T02-00-05Z-inner-odyssey-4f1c2a9b - 31.5 MB";
const ops = team();

describe("a backup", () => {
  test("that failed is told urgently on both channels, with finding, issue and first step; once", async () => {
    const outcome = await ops.tellOf(backupFailed());
    expect(outcome).toMatchObject({ verdict: "proven", messages: [{ subject: urgent }] });
    expect([ops.subjects(), ops.posts()]).toEqual([[urgent], [`🔴 ${urgent}`]]);
    expect(ops.mail.mails[0]?.recipients).toEqual(["ops@example.com", "lead@example.com"]);
    for (const said of [ops.mail.mails[0]?.text, ops.slack.requests[0]?.body]) {
      expect(said).toMatch(/db\.example\.org cannot be reached[\s\S]*issues\/7/);
      expect(said).toContain("npm run ithaca -- backup --database inner-odyssey");
    }
    expect((await outcome.again()).messages).toEqual([]);
    expect(ops.mail.mails).toHaveLength(1);
    expect(ops.slack.requests).toHaveLength(1);
    expect(ops.recordFiles()).toEqual(["inner-odyssey/2026/11/23-backup-failed.json"]);
  });
  test("that took longer than 30 minutes is told just so, with how long it took", async () => {
    const run = { ...backupTaken().run, finished_at: "2026-11-23T02:41:02.000Z" };
    await ops.tellOf(backupTaken({ run }));
    expect([ops.subjects(), ops.posts()]).toEqual([[urgent], [`🔴 ${urgent}`]]);
    expect(ops.mail.mails[0]?.text).toContain("took 41 min, and the plan allows 30 min");
  });
  test("that is there before the watch looks is not told yet; one that comes after it is", async () => {
    await ops.tellOf(backupTaken());
    expect(ops.subjects()).toEqual([]);
    const late = {
      ...backupTaken().run,
      started_at: "2026-11-23T02:31:00.000Z",
      finished_at: "2026-11-23T02:39:00.000Z",
    };
    await ops.tellOf(backupTaken({ run: late }));
    expect([ops.subjects(), ops.posts()]).toEqual([[success], []]);
    expect(ops.mail.mails[0]?.recipients).toEqual(["ops@example.com"]);
  });
  test("that comes after it failed resolves the alarm", async () => {
    await ops.tellOf(backupFailed());
    const run = {
      ...backupTaken().run,
      id: "8791-1",
      started_at: "2026-11-23T02:10:00.000Z",
      finished_at: "2026-11-23T02:12:00.000Z",
    };
    await ops.tellOf(backupTaken({ run }));
    expect(ops.subjects()).toEqual([urgent, "Resolved: Daily backup failed"]);
    expect(ops.posts()).toEqual([`🔴 ${urgent}`, "🟢 Resolved: Daily backup failed"]);
    expect(ops.mail.mails[1]?.text).toMatch(/Since: +2026-11-23 02:00 UTC, told 1 time so far/);
  });
});

describe("a proof", () => {
  test("that failed, could not be finished, or is well", async () => {
    await ops.tellOf(failed());
    await ops.tellOf(inconclusive());
    await ops.tellOf(green());
    expect(ops.subjects()).toEqual([
      "URGENT: Weekly proof failed - Immediate action required",
      "Manual proof could not be completed - inner-odyssey",
    ]);
    expect(ops.mail.mails[0]?.raw).toMatch(/X-Priority: 1/);
    expect(ops.mail.mails[1]?.raw).not.toMatch(/X-Priority/);
    expect(ops.mail.mails[0]?.text).toContain("See on your own terminal which rows and definitions differ");
  });
  test("of a copy that was damaged on purpose is nobody's alarm", async () => {
    expect((await ops.tellOf(failed({ damaged: true }))).messages).toEqual([]);
  });
});

describe("an operation that left no report", () => {
  const reason = "RESTIC_PASSWORD is not set, so this run could do nothing.";
  test("is told like a failure of the backup, once, and the next good one resolves it", async () => {
    expect((await ops.tellOfNone({ operation: "backup", reason })).verdict).toBe("proven");
    expect([ops.subjects(), ops.posts()]).toEqual([[urgent], [`🔴 ${urgent}`]]);
    expect(ops.mail.mails[0]?.text).toMatch(/due 2026-11-23 02:00 UTC ended before[\s\S]*RESTIC_PASSWORD is not set/);
    await ops.tellOfNone({ operation: "backup", reason });
    await ops.tellOf(backupFailed());
    expect(ops.subjects()).toEqual([urgent]);
    const run = {
      ...backupTaken().run,
      started_at: "2026-11-23T02:50:00.000Z",
      finished_at: "2026-11-23T02:52:00.000Z",
    };
    await ops.tellOf(backupTaken({ run }));
    expect(ops.subjects()).toContain("Resolved: Daily backup failed");
  });
  test.each([
    ["watch", "URGENT: Daily backup could not be verified - Immediate action required"],
    ["proof", "Weekly proof could not be completed - inner-odyssey"],
    ["recovery", "URGENT: Recovery could not be verified - Immediate action required"],
    ["of-a-team", "of-a-team could not be completed - inner-odyssey"],
  ])("%s: %s", async (operation, subject) => {
    await ops.tellOfNone({ operation, reason });
    expect(ops.subjects()).toEqual([subject]);
  });
});

test("of a recovery hear also those to whom it was escalated; the head of the evidence chain stands in the mail", async () => {
  await ops.tellOf(backupFailed());
  const subject = {
    database: "inner-odyssey",
    topic: "incident-7-escalation-021000",
    statement: "escalated",
    day: "2026-11-23",
    ordinal: 1,
  } as const;
  await recordNotification(ops.reports, subject, {
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
  mkdirSync(join(ops.reports, "chain/inner-odyssey"), { recursive: true });
  writeFileSync(join(ops.reports, link?.path ?? ""), link?.text ?? "");
  const run = {
    ...backupTaken().run,
    id: "8795-1",
    started_at: "2026-11-23T04:20:00.000Z",
    finished_at: "2026-11-23T04:22:00.000Z",
  };
  await ops.tellOf(backupTaken({ run }));
  const resolved = ops.mail.mails.find(({ subject: of }) => of?.startsWith("Resolved"));
  expect(resolved?.recipients).toEqual(["ops@example.com", "lead@example.com", "cto@example.com"]);
  expect(resolved?.text).toContain(`Evidence chain: link 1, ${sha256(link?.text ?? "")}`);
});
