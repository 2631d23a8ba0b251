import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { fixedClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { type Scratch, scratchDirectory } from "../../src/base/scratch.ts";
import type { UseCaseContext } from "../../src/operations/context.ts";
import { type NotifyOptions, notify } from "../../src/operations/notify.ts";
import { backupTaken } from "../../src/report/examples/reports.ts";
import type { BackupReport } from "../../src/report/model.ts";
import { writeReport } from "../../src/report/write.ts";
import { type MailServerStandIn, mailServerStandIn } from "./mail-server.ts";
import { type WebHook, webHook } from "./web-hook.ts";

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

export const patience = { attempts: 3, limit: 5_000, pause: 5 };
export const urgent = "URGENT: Daily backup failed - Immediate action required";

/** The report of a backup that failed. */
export const backupFailed = (changes: Partial<BackupReport> = {}) =>
  backupTaken({
    verdict: "failed",
    reason: "The server db.example.org cannot be reached; check its address.",
    backup: null,
    ...changes,
  });

/** A team that is reached by a real mail server and a webhook, with a fresh folder of reports for each test. */
export function team() {
  let mail: MailServerStandIn;
  let slack: WebHook;
  let place: Scratch;
  let work = "";
  let number = 0;
  beforeAll(async () => {
    [mail, slack, place] = await Promise.all([mailServerStandIn(), webHook(), scratchDirectory("notify")]);
  });
  afterAll(async () => {
    await Promise.all([mail, slack, place].map((each) => each[Symbol.asyncDispose]()));
  });
  beforeEach(() => {
    for (const list of [mail.mails, mail.refusals, slack.requests, slack.answers]) list.length = 0;
    number += 1;
    work = join(place.path, String(number));
  });

  /** A run of a workflow in a fresh checkout of what earlier runs have published. */
  function checkout(environment: UseCaseContext["environment"] = {}): UseCaseContext {
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, "ithaca.yaml"), plan);
    return {
      environment: {
        SMTP_URL: `smtp://localhost:${mail.port}`,
        SLACK_WEBHOOK_URL: `${slack.url}/services/canary-hook-key`,
        ...environment,
      },
      clock: fixedClock("2026-11-23T02:40:00Z"),
      progress: silentProgress,
      signal: new AbortController().signal,
      workingDirectory: work,
    };
  }

  const records = () => join(work, "reports/notifications");
  return {
    get mail() {
      return mail;
    },
    get slack() {
      return slack;
    },
    /** The reports' folder of this test. */
    get reports() {
      return join(work, "reports");
    },
    checkout,
    /** Writes a report and tells of it. */
    async tellOf(report: Parameters<typeof writeReport>[1], environment: UseCaseContext["environment"] = {}) {
      const context = checkout();
      const { json } = (await writeReport(join(work, "reports"), report)).report;
      const issue = "https://github.com/acme/shop/issues/7";
      const told = await notify(checkout(environment), { plan: "ithaca.yaml", reports: [json], issue, patience });
      return { ...told, again: () => notify(context, { plan: "ithaca.yaml", reports: [json], patience }) };
    },
    /** Tells of an operation that left no report. */
    tellOfNone: (unreported: NonNullable<NotifyOptions["unreported"]>) =>
      notify(checkout(), { plan: "ithaca.yaml", reports: [], unreported, patience }),
    posts: () => slack.requests.map(({ body }) => String(JSON.parse(body).blocks[0].text.text)),
    subjects: () => mail.mails.map(({ subject }) => subject),
    recordFiles: () =>
      readdirSync(records(), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".json")),
    recordTexts() {
      return this.recordFiles().map((path) => readFileSync(join(records(), path), "utf8"));
    },
  };
}
