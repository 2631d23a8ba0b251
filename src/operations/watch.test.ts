import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { type MailServerStandIn, mailServerStandIn } from "../../test/support/mail-server.ts";
import { saveBackup, type TestVault, testVault, vaultPassword } from "../../test/support/vault.ts";
import { type WebHook, webHook } from "../../test/support/web-hook.ts";
import { silentProgress } from "../base/progress.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import { backupTaken, green, inconclusive } from "../report/examples/reports.ts";
import { writeReport } from "../report/write.ts";
import type { UseCaseContext } from "./context.ts";
import { type WatchOptions, watch } from "./watch.ts";

const plan = `version: 1
databases:
  shop: {}
alerts:
  success_email: ops@example.com
  failure_email: oncall@example.com
  from: ithaca@example.com
`;
const urgent = "URGENT: Daily backup failed - Immediate action required";
const success = "Daily backup completed successfully - 2026-11-23T02-00-05Z-shop-4f1c2a9b - 31.5 MB";

let mail: MailServerStandIn;
let web: WebHook;
let github: GitHubStandIn;
let place: Scratch;
let vault: TestVault;
let empty: TestVault;
beforeAll(async () => {
  [mail, web, github, place] = await Promise.all([
    mailServerStandIn(),
    webHook(),
    githubStandIn(),
    scratchDirectory("watch"),
  ]);
  vault = await testVault();
  empty = await testVault();
  await saveBackup(vault, { day: "2026-11-22", database: "shop" });
  await saveBackup(vault, { day: "2026-11-23", database: "shop" });
});
afterAll(async () => {
  await Promise.all([mail, web, github, place, vault, empty].map((each) => each[Symbol.asyncDispose]()));
});
let work: string;
let number = 0;
beforeEach(() => {
  for (const list of [mail.mails, mail.refusals, web.requests, web.answers]) list.length = 0;
  github.reset();
  number += 1;
  work = join(place.path, String(number));
  mkdirSync(work);
  writeFileSync(join(work, "ithaca.yaml"), plan);
});

/** The watch of a morning, on this machine unless told otherwise. */
function watchAt(time: string, of: TestVault, more: Record<string, string> = {}, options: Partial<WatchOptions> = {}) {
  let looks = 0;
  const context: UseCaseContext = {
    environment: {
      RESTIC_REPOSITORY: of.repository,
      RESTIC_PASSWORD: vaultPassword,
      SMTP_URL: `smtp://localhost:${mail.port}`,
      SLACK_WEBHOOK_URL: `${web.url}/slack`,
      HEARTBEAT_URL: `${web.url}/ping/canary-heartbeat`,
      ...more,
    },
    // A minute passes with each look.
    clock: { now: () => new Date(Date.parse(`2026-11-23T${time}Z`) + 60_000 * looks++) },
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: work,
  };
  const patience = { attempts: 2, limit: 5_000, pause: 5 };
  return watch(context, { plan: "ithaca.yaml", poll: 0.001, patience, ...options });
}

async function recorded(day = 23) {
  const { backup } = backupTaken();
  const id = `2026-11-${day}T02-00-05Z-shop-4f1c2a9b`;
  const taken = backup && {
    ...backup,
    id,
    taken_at: `2026-11-${day}T02:00:05.000Z`,
    digest: `digest-of-shop-2026-11-${day}`,
  };
  await writeReport(join(work, "reports"), backupTaken({ database: "shop", backup: taken }));
}

const subjects = () => mail.mails.map(({ subject }) => subject);
const pings = () => web.requests.map(({ path }) => path).filter((path) => path.startsWith("/ping"));

test("a backup that has arrived is told by the mail of every day, once, and the monitor hears start and success", async () => {
  await recorded();
  const outcome = await watchAt("02:30:00", vault);
  expect(outcome).toMatchObject({ verdict: "proven", kind: "watch", heartbeat: { status: "sent" } });
  expect([subjects(), mail.mails[0]?.recipients]).toEqual([[success], ["ops@example.com"]]);
  expect(web.requests.filter(({ path }) => path === "/slack")).toEqual([]);
  expect(pings()).toEqual(["/ping/canary-heartbeat/start", "/ping/canary-heartbeat"]);
  // The schedule ran twice, the second time hours late.
  await watchAt("07:12:00", vault);
  expect(subjects()).toEqual([success]);
});

test("none is an alarm on both channels and a failed beat; a second run adds nothing", async () => {
  const outcome = await watchAt("02:30:00", empty);
  expect(outcome.verdict).toBe("failed");
  await watchAt("03:00:00", empty);
  expect([subjects(), mail.mails[0]?.recipients]).toEqual([[urgent], ["oncall@example.com"]]);
  expect(mail.mails[0]?.text).toMatch(/Take a backup now[\s\S]*none; no backup has begun since/);
  expect(web.requests.filter(({ path }) => path === "/slack")).toHaveLength(1);
  expect(pings()[1]).toBe("/ping/canary-heartbeat/fail");
});

test("a vault that cannot be read is nobody's success", async () => {
  const outcome = await watchAt("02:30:00", empty, { RESTIC_PASSWORD: "wrong-password" });
  expect(outcome.verdict).toBe("inconclusive");
  expect(subjects()).toEqual(["URGENT: Daily backup could not be verified - Immediate action required"]);
});

test("a backup that GitHub still runs is waited for while it may be in time, and is an alarm then", async () => {
  const since = "2026-11-23T02:25:00Z";
  const page = "https://github.com/acme/shop/actions/runs/9";
  const run = { id: 9, status: "in_progress", created_at: since, run_started_at: since, html_url: page };
  github.rules.push(({ path }) =>
    path.includes("/actions/workflows/backup.yml/runs")
      ? { status: 200, body: { total_count: 1, workflow_runs: [run] } }
      : undefined,
  );
  const more = { GITHUB_TOKEN: github.token, GITHUB_REPOSITORY: github.repository, GITHUB_API_URL: github.url };
  const outcome = await watchAt("02:30:00", empty, more);
  expect(outcome.checks[0]?.actual).toMatch(/one has been running for 3\d min .*runs\/9/);
  expect(outcome.checks.map(({ id, status }) => `${id} ${status}`)).toContain("watch.in_time failed");
  expect(subjects()).toEqual([urgent]);
});

/** Where GitHub is, for a run of a workflow. */
const onGitHub = () => ({
  GITHUB_TOKEN: github.token,
  GITHUB_REPOSITORY: github.repository,
  GITHUB_API_URL: github.url,
});

/** Publishes what the folder holds, and goes on in the checkout of a run that knows nothing of it. */
async function publishAndMoveOn(): Promise<void> {
  const { publishReports } = await import("./publish-reports.ts");
  const context: UseCaseContext = {
    environment: { ...onGitHub(), GITHUB_WORKSPACE: work },
    clock: { now: () => new Date("2026-11-23T02:31:00Z") },
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: work,
  };
  await publishReports(context, { plan: "ithaca.yaml" });
  work = join(place.path, `${number}-elsewhere`);
  mkdirSync(work);
  writeFileSync(join(work, "ithaca.yaml"), plan);
}

test("a run that works on an old commit sees on the branch what was told already", async () => {
  const more = onGitHub();
  await watchAt("02:30:00", empty, more);
  await publishAndMoveOn();
  await watchAt("02:40:00", empty, more);
  expect(subjects()).toEqual([urgent]);
});

test("a backup whose record was published after this run had checked out is recorded all the same", async () => {
  await recorded();
  await publishAndMoveOn();
  expect(await watchAt("02:30:00", vault, onGitHub())).toMatchObject({ verdict: "proven" });
  expect(subjects()).toEqual([success]);
});

test("warnings come as one quiet mail a week, each once, and only by mail", async () => {
  await recorded();
  const reason = "only because the plan excuses 3 findings";
  const excused = green().checks.map((each) => (each.id === "plan.orphans" ? { ...each, reason } : each));
  const run = (hour: number) => ({ ...green().run, id: `${hour}`, finished_at: `2026-11-2${hour}T10:00:00.000Z` });
  for (const day of [1, 2])
    await writeReport(join(work, "reports"), { ...green({ checks: excused, database: "shop" }), run: run(day) });
  await writeReport(join(work, "reports"), inconclusive({ database: "shop" }));
  await watchAt("02:30:00", vault);
  await watchAt("02:50:00", vault);
  expect(subjects().sort()).toEqual(["Backup notes: 1 warning - shop", success]);
  const notes = mail.mails.find(({ subject }) => subject?.startsWith("Backup notes"));
  expect(notes?.text).toContain(`No row points to nothing: ${reason} (2 times)`);
  expect(notes?.raw).toMatch(/X-Priority: 5/);
});

test("a monitor that is away, or an address that makes no sense, keeps the watch from nothing", async () => {
  await recorded();
  web.answers.push(500, 500, 500, 500);
  expect(await watchAt("02:30:00", vault)).toMatchObject({ verdict: "proven", heartbeat: { status: "failed" } });
  expect(await watchAt("02:30:00", vault, { HEARTBEAT_URL: "nonsense" })).toMatchObject({
    verdict: "proven",
    heartbeat: null,
  });
});
