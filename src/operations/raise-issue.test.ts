import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { silentProgress } from "../base/progress.ts";
import { registerSecret } from "../base/redact.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { incidentHistory, openIncidents } from "../github/incidents/read-incidents.ts";
import { assign, commentOnce } from "../github/incidents/touch-incident.ts";
import type { Unwritten } from "../report/build.ts";
import { backupTaken, failed, green, inconclusive } from "../report/examples/reports.ts";
import type { AnyReport } from "../report/model.ts";
import { writeReport } from "../report/write.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";
import { type RaiseOptions, raiseIssue } from "./raise-issue.ts";

let standIn: GitHubStandIn;
let folder: Awaited<ReturnType<typeof scratchDirectory>>;
let warnings: string[] = [];
let now = new Date();
beforeAll(async () => {
  standIn = await githubStandIn();
  folder = await scratchDirectory("issues");
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});
beforeEach(async () => {
  standIn.reset();
  warnings = [];
  now = new Date("2026-11-23T10:12:00Z");
  await plan({ primary: "ada" });
});

/** A plan whose primary contact has this login. */
async function plan({ primary }: { primary: string }): Promise<void> {
  const text = [
    "version: 1",
    "databases: {inner-odyssey: {}}",
    `contacts: {primary: {role: DevOps Team Lead, github: ${primary}}, escalation: {role: CTO}}`,
    "alerts: {labels: [on-call]}",
    "",
  ];
  await writeFile(join(folder.path, "ithaca.yaml"), text.join("\n"));
}

function context(token = standIn.token): UseCaseContext {
  return {
    environment: {
      GITHUB_TOKEN: token,
      GITHUB_REPOSITORY: standIn.repository,
      GITHUB_API_URL: standIn.url,
      GITHUB_RUN_ID: "8812",
      GITHUB_SERVER_URL: "https://github.com",
    },
    clock: { now: () => now },
    progress: { ...silentProgress, warn: (message) => warnings.push(message) },
    signal: new AbortController().signal,
    workingDirectory: folder.path,
  };
}

/** A report of a run that began at this hour of 23 November. */
async function written<R extends Unwritten<AnyReport>>(report: R, hour: string): Promise<string> {
  const run = { ...report.run, id: `run-${hour.replace(":", "")}`, started_at: `2026-11-23T${hour}:00.000Z` };
  return (await writeReport(join(folder.path, "reports"), { ...report, run })).report.json;
}

async function tell(report: Unwritten<AnyReport>, hour: string, more: Partial<RaiseOptions> = {}) {
  now = new Date(`2026-11-23T${hour}:30Z`);
  const { issues } = await raiseIssue(context(), {
    plan: "ithaca.yaml",
    reports: [await written(report, hour)],
    ...more,
  });
  return issues;
}

const issueList = z.array(
  z.object({
    number: z.int(),
    state: z.string(),
    state_reason: z.string().nullable(),
    title: z.string(),
    body: z.string(),
    labels: z.array(z.object({ name: z.string() })),
    assignees: z.array(z.object({ login: z.string() })),
  }),
);

async function issues(): Promise<z.output<typeof issueList>> {
  const response = await fetch(`${standIn.url}/repos/acme/shop/issues?state=all&direction=asc&per_page=100`, {
    headers: { authorization: `Bearer ${standIn.token}` },
  });
  return issueList.parse(await response.json());
}

async function comments(issue: number): Promise<string[]> {
  const history = await incidentHistory(githubOf(context()), issue);
  return history.flatMap((event) => (event.what === "commented" ? [event.text] : []));
}

describe("a fault", () => {
  test("opens one issue that says what to do, and is told again, grouped, until a good run closes it", async () => {
    expect(await tell(failed(), "10:00")).toMatchObject([{ action: "opened", key: "inner-odyssey/proof" }]);
    const [issue] = await issues();
    expect(issue).toMatchObject({ state: "open", title: "inner-odyssey: the proof failed" });
    expect(issue?.labels.map(({ name }) => name).sort()).toEqual(["database: inner-odyssey", "ithaca", "on-call"]);
    expect(issue?.assignees.map(({ login }) => login)).toEqual(["ada"]);
    const body = issue?.body ?? "";
    expect(body).toMatch(/^<!-- ithaca:key=inner-odyssey\/proof -->\n/);
    for (const said of [
      "**Do not rely on this backup until this is cleared up.**",
      "docs/runbook.md#proof-failed)",
      "/blob/main/reports/2026/11/23-weekly-run-1000-inner-odyssey.md)",
      "[the run](https://github.com/",
      "**2026-11-23 11:00 UTC** (1 h): @ada (DevOps Team Lead) has answered",
      "**2026-11-23 12:00 UTC** (2 h): it is resolved. Else CTO is told",
      "## Findings",
      "`public.user_progress`",
    ]) {
      expect(body).toContain(said);
    }
    // Links within the report's page lead to that page; a hostile name forges no marker.
    expect(body).not.toContain("](#");
    expect(body.match(/<!-- /g)).toHaveLength(2);

    expect(await tell(failed(), "10:20")).toMatchObject([{ action: "updated" }]);
    expect(await comments(1)).toEqual([]);
    expect((await issues())[0]?.body).toContain("Seen 2 times.");
    expect(await tell(inconclusive({ kind: "manual" }), "10:30")).toMatchObject([{ action: "commented" }]);
    expect((await comments(1))[0]).toMatch(
      /^\*\*Again, and something else than before: the proof could not be run\*\* \(3 times/,
    );
    expect(await tell(inconclusive({ kind: "daily" }), "10:40")).toMatchObject([{ action: "commented" }]);
    expect(await tell(inconclusive({ kind: "daily" }), "10:50")).toMatchObject([{ action: "updated" }]);
    expect(await tell(inconclusive({ kind: "daily" }), "11:50")).toMatchObject([{ action: "commented" }]);

    expect(await tell(green(), "12:00")).toMatchObject([{ action: "closed", number: 1 }]);
    const [closed, ...others] = await issues();
    expect(others).toEqual([]);
    expect(closed).toMatchObject({ state: "closed", state_reason: "completed" });
    const last = (await comments(1)).at(-1) ?? "";
    expect(last).toMatch(/^✅ \*\*It is in order again\*\*, after \d/);
    expect(last).toContain("23-weekly-run-1200-inner-odyssey.md");
    expect(await tell(green(), "13:00")).toEqual([]);
    expect(await tell(failed(), "14:00")).toMatchObject([{ action: "opened", number: 2 }]);
  });

  test("a job that is run again tells nothing twice", async () => {
    const path = await written(failed(), "10:00");
    const again = () => raiseIssue(context(), { plan: "ithaca.yaml", reports: [path] });
    await again();
    now = new Date("2026-11-23T18:00:00Z");
    expect((await again()).issues).toMatchObject([{ action: "unchanged", number: 1 }]);
    expect(await comments(1)).toEqual([]);
  });

  test("each kind has an issue of its own, and is closed only by its like", async () => {
    const noBackup = backupTaken({ verdict: "inconclusive", backup: null, reason: "The host db.example.org is away." });
    await tell(noBackup, "02:00");
    await tell(failed(), "10:00");
    const tests = { passed: 3, failed: 1, skipped: 0, tests: [] };
    expect(await tell(green({ kind: "monthly", rehearsal: tests }), "10:10")).toMatchObject([
      { key: "inner-odyssey/rehearsal", action: "opened" },
    ]);
    // A proof without the app's tests says nothing of them.
    expect(await tell(green(), "11:00")).toMatchObject([{ key: "inner-odyssey/proof", action: "closed" }]);
    expect(await tell(green({ rehearsal: { ...tests, failed: 0 } }), "11:30")).toMatchObject([
      { key: "inner-odyssey/rehearsal", action: "closed" },
    ]);
    expect(await tell(backupTaken(), "12:00")).toMatchObject([{ key: "inner-odyssey/backup", action: "closed" }]);
    expect((await issues()).map(({ title }) => title)).toEqual([
      "inner-odyssey: no backup could be taken",
      "inner-odyssey: the proof failed",
      "inner-odyssey: the app's tests fail on the restored copy",
    ]);
  });

  test("is not closed by a run that began before it, nor by the proof of an older backup", async () => {
    await tell(failed(), "10:00");
    expect(await tell(green(), "09:30")).toEqual([]);
    const { backup } = green();
    const older = backup === null ? null : { ...backup, taken_at: "2026-11-20T02:00:00.000Z" };
    expect(await tell(green({ backup: older }), "11:00")).toEqual([]);
    expect((await issues())[0]?.state).toBe("open");
  });

  test("says nothing of demos and of copies that were damaged on purpose", async () => {
    expect(await tell(failed({ damaged: true }), "10:00")).toEqual([]);
    expect(await tell(failed({ kind: "demo" }), "10:10")).toEqual([]);
    expect(await issues()).toEqual([]);
  });

  test("two runs at once: one issue in the end", async () => {
    const paths = await Promise.all(["10:00", "10:01", "10:02"].map((hour) => written(failed(), hour)));
    await Promise.all(paths.map((path) => raiseIssue(context(), { plan: "ithaca.yaml", reports: [path] })));
    const all = await issues();
    expect(all.filter(({ state }) => state === "open")).toHaveLength(1);
    expect(all.find(({ state }) => state === "open")?.number).toBe(1);
    for (const { number, state_reason } of all.slice(1)) {
      expect(state_reason).toBe("not_planned");
      expect((await comments(number))[0]).toMatch(/^Duplicate of #1\n/);
    }
  });

  test("a dozen failing runs more are no further issue, and no dozen of comments", async () => {
    const path = await written(failed(), "10:00");
    await raiseIssue(context(), { plan: "ithaca.yaml", reports: [path] });
    const nights = await Promise.all(Array.from({ length: 12 }, (_, night) => written(failed(), `11:${10 + night}`)));
    await raiseIssue(context(), { plan: "ithaca.yaml", reports: nights });
    expect(await issues()).toHaveLength(1);
    expect((await comments(1)).length).toBeLessThanOrEqual(1);
  });
});

describe("an issue is not lost", () => {
  test("where GitHub refuses the assignee", async () => {
    await plan({ primary: "somebody-who-left" });
    expect(await tell(failed(), "10:00")).toMatchObject([{ action: "opened" }]);
    expect((await issues())[0]?.assignees).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("does not let somebody-who-left be assigned to #1")]);
  });

  test("where there is no report at all", async () => {
    const unreported = { operation: "backup", reason: "RESTIC_PASSWORD is not set" };
    const { issues: raised } = await raiseIssue(context(), { plan: "ithaca.yaml", reports: [], unreported });
    expect(raised).toMatchObject([{ key: "inner-odyssey/backup", action: "opened" }]);
    expect((await issues())[0]).toMatchObject({
      title: "inner-odyssey: the backup ended without a report",
      body: expect.stringContaining("RESTIC_PASSWORD is not set"),
    });
    now = new Date("2026-11-24T10:12:00Z");
    const done = { operation: "backup" };
    expect((await raiseIssue(context(), { plan: "ithaca.yaml", reports: [], done })).issues).toMatchObject([
      { action: "closed" },
    ]);
  });

  test("where one of the paths is no report", async () => {
    const path = await written(failed(), "10:00");
    const options = { plan: "ithaca.yaml", reports: ["nowhere.json", path] };
    await expect(raiseIssue(context(), options)).rejects.toMatchObject({ id: "report.not_a_report" });
    expect(await issues()).toHaveLength(1);
  });

  test("but a repository without issues says so", async () => {
    standIn.rules.push(({ path }) =>
      path === "/repos/acme/shop"
        ? { status: 200, body: { private: true, default_branch: "main", has_issues: false, html_url: "https://x" } }
        : undefined,
    );
    await expect(tell(failed(), "10:00")).rejects.toThrow(/issues switched off.*in a fork they are off at first/);
  });
});

describe("an issue tells nobody what it must not", () => {
  test("no secret", async () => {
    const path = await written(
      backupTaken({ verdict: "failed", backup: null, reason: "no canary-of-issues here" }),
      "10:00",
    );
    // A secret that only this step knows: the report holds it already.
    registerSecret("canary-of-issues");
    await raiseIssue(context(), { plan: "ithaca.yaml", reports: [path] });
    expect((await issues())[0]?.body).toContain("no *** here");
    expect(JSON.stringify(standIn.requests)).not.toContain("canary-of-issues");
  });

  test("nothing of what was found, where everybody may read it and the plan does not allow that", async () => {
    standIn.rules.push(({ path }) =>
      path === "/repos/acme/shop"
        ? { status: 200, body: { private: false, default_branch: "main", has_issues: true, html_url: "https://x" } }
        : undefined,
    );
    await tell(failed(), "10:00");
    const body = (await issues())[0]?.body ?? "";
    expect(body).not.toContain("user_progress");
    expect(body).toContain("runbook.md#proof-failed");
    expect(body).toContain("reports: {public: true}");
  });
});

test("what escalation needs: who did what on an open incident, and words that are said once", async () => {
  await tell(failed(), "10:00");
  const github = githubOf(context());
  const [incident] = await openIncidents(github);
  expect(incident).toMatchObject({
    number: 1,
    key: { database: "inner-odyssey", family: "proof" },
    assignees: ["ada"],
  });
  expect(await openIncidents(github, "another")).toEqual([]);
  expect(await commentOnce(github, 1, "escalation:secondary", "The secondary contact is told.")).toMatchObject({
    written: true,
  });
  expect(await commentOnce(github, 1, "escalation:secondary", "The secondary contact is told.")).toMatchObject({
    written: false,
  });
  expect(await assign(github, 1, ["grace", "nobody-at-all"])).toEqual({ refused: ["nobody-at-all"] });
  await fetch(`${standIn.url}/repos/acme/shop/issues/1/comments`, {
    method: "POST",
    headers: { authorization: `Bearer ${standIn.personToken}`, "content-type": "application/json" },
    body: JSON.stringify({ body: "I am looking." }),
  });
  const history = await incidentHistory(github, 1);
  const told = history.map((event) => [event.what, event.actor.login, event.actor.person]);
  expect(told).toContainEqual(["assigned", "github-actions[bot]", false]);
  expect(told).toContainEqual(["commented", "github-actions[bot]", false]);
  expect(told.at(-1)).toEqual(["commented", "ada", true]);
  expect(history.find((event) => event.what === "assigned" && event.login === "grace")).toBeDefined();
});
