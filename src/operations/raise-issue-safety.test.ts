import { describe, expect, test } from "vitest";
import { issueDesk } from "../../test/support/issue-desk.ts";
import { registerSecret } from "../base/redact.ts";
import { backupTaken, failed } from "../report/examples/reports.ts";

/* An issue is not lost, whatever stands in its way, and it tells nobody what it must not. */

const desk = issueDesk();

describe("an issue is not lost", () => {
  test("where GitHub refuses the assignee", async () => {
    await desk.plan({ primary: "somebody-who-left" });
    expect(await desk.tell(failed(), "10:00")).toMatchObject([{ action: "opened" }]);
    expect((await desk.issues())[0]?.assignees).toEqual([]);
    expect(desk.warnings).toEqual([expect.stringContaining("does not let somebody-who-left be assigned to #1")]);
  });

  test("where there is no report at all", async () => {
    const unreported = { operation: "backup", reason: "RESTIC_PASSWORD is not set" };
    const raised = await desk.raise({ unreported });
    expect(raised).toMatchObject([{ key: "inner-odyssey/backup", action: "opened" }]);
    expect((await desk.issues())[0]).toMatchObject({
      title: "inner-odyssey: the backup ended without a report",
      body: expect.stringContaining("RESTIC_PASSWORD is not set"),
    });
    desk.at("2026-11-24T10:12:00Z");
    const done = { operation: "backup" };
    expect(await desk.raise({ done })).toMatchObject([{ action: "closed" }]);
  });

  test("where the operation is no one database's: it stands under the plan's first", async () => {
    await desk.plan({ primary: "ada", databases: ["shop", "stock"] });
    const unreported = { operation: "escalation", reason: "SMTP_URL is no address" };
    expect(await desk.raise({ unreported })).toMatchObject([{ key: "shop/escalation", action: "opened" }]);
    await expect(desk.raise({ unreported: { ...unreported, operation: "backup" } })).rejects.toThrow(/shop.*stock/);
    desk.at("2026-11-24T10:12:00Z");
    expect(await desk.raise({ done: { operation: "escalation" } })).toMatchObject([{ action: "closed" }]);
    // The reports are everybody's: a verification that was asked for one database finds what the nightly one closes.
    const changed = { operation: "evidence", reason: "1 file is no longer as published.", database: "stock" };
    expect(await desk.raise({ unreported: changed })).toMatchObject([{ key: "shop/evidence", action: "opened" }]);
  });

  test.each([
    ["/home/runner/work/_actions/acme/ithaca/v1/actions/raise-issue", "https://github.com/acme/ithaca/blob/v1"],
    ["/srv/_actions/acme/ithaca/fix/paths/actions/raise-issue", "https://github.com/acme/ithaca/blob/fix/paths"],
    ["/home/runner/work/shop/shop/./actions/raise-issue", "/acme/shop/blob/main"],
  ])("where the action lies in %s: its runbook is the one beside it", async (path, at) => {
    desk.environment.GITHUB_ACTION_PATH = path;
    await desk.raise({ unreported: { operation: "backup", reason: "RESTIC_PASSWORD is not set" } });
    expect((await desk.issues())[0]?.body).toContain(`${at}/docs/runbook.md#backup-failed`);
  });

  test("where one of the paths is no report", async () => {
    const path = await desk.written(failed(), "10:00");
    await expect(desk.raise({ reports: ["nowhere.json", path] })).rejects.toMatchObject({ id: "report.not_a_report" });
    expect(await desk.issues()).toHaveLength(1);
  });

  test("but a repository without issues says so", async () => {
    desk.standIn.rules.push(({ path }) =>
      path === "/repos/acme/shop"
        ? { status: 200, body: { private: true, default_branch: "main", has_issues: false, html_url: "https://x" } }
        : undefined,
    );
    await expect(desk.tell(failed(), "10:00")).rejects.toThrow(/issues switched off.*in a fork they are off at first/);
  });
});

describe("an issue tells nobody what it must not", () => {
  test("no secret", async () => {
    const path = await desk.written(
      backupTaken({ verdict: "failed", backup: null, reason: "no canary-of-issues here" }),
      "10:00",
    );
    // A secret that only this step knows: the report holds it already.
    registerSecret("canary-of-issues");
    await desk.raise({ reports: [path] });
    expect((await desk.issues())[0]?.body).toContain("no *** here");
    expect(JSON.stringify(desk.standIn.requests)).not.toContain("canary-of-issues");
  });

  test("nothing of what was found, where everybody may read it and the plan does not allow that", async () => {
    desk.standIn.rules.push(({ path }) =>
      path === "/repos/acme/shop"
        ? { status: 200, body: { private: false, default_branch: "main", has_issues: true, html_url: "https://x" } }
        : undefined,
    );
    await desk.tell(failed(), "10:00");
    const body = (await desk.issues())[0]?.body ?? "";
    expect(body).not.toContain("user_progress");
    expect(body).toContain("runbook.md#proof-failed");
    expect(body).toContain("reports: {public: true}");
  });
});
