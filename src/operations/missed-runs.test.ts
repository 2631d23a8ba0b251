import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type GitHubStandIn, githubStandIn } from "../../test/support/github.ts";
import { silentProgress } from "../base/progress.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { openIncidents } from "../github/incidents/read-incidents.ts";
import { backupTaken, failed, green } from "../report/examples/reports.ts";
import { writeReport } from "../report/write.ts";
import type { UseCaseContext } from "./context.ts";
import { githubOf } from "./github.ts";
import { missedRuns } from "./missed-runs.ts";
import { publishReports } from "./publish-reports.ts";
import { raiseIssue } from "./raise-issue.ts";

let standIn: GitHubStandIn;
let folder: Awaited<ReturnType<typeof scratchDirectory>>;
let now = new Date();
/** What GitHub knows of the workflows: their state, and their runs as [start, conclusion, event]. */
let workflows: Record<string, { state: string; runs: [string, string | null, string?][] }> = {};

beforeAll(async () => {
  standIn = await githubStandIn();
  folder = await scratchDirectory("missed");
  await writeFile(join(folder.path, "ithaca.yaml"), "version: 1\ndatabases: {inner-odyssey: {}}\n");
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
  await standIn[Symbol.asyncDispose]();
});
beforeEach(async () => {
  standIn.reset();
  await rm(join(folder.path, "reports"), { recursive: true, force: true });
  await mkdir(join(folder.path, "reports"));
  const nightly: [string, string | null][] = [["2026-11-24T02:04:00Z", "success"]];
  workflows = { backup: { state: "active", runs: nightly }, "prove-weekly": { state: "active", runs: [] } };
  // The emulator knows runs, but nobody can tell it of any.
  standIn.rules.push(({ path }) => {
    const names = Object.keys(workflows);
    if (/\/actions\/workflows\?/.test(path)) {
      const listed = names.map((name, index) => ({
        id: index + 1,
        path: `.github/workflows/${name}.yml`,
        html_url: `https://github.com/acme/shop/blob/main/.github/workflows/${name}.yml`,
        state: workflows[name]?.state,
        created_at: "2026-01-01T00:00:00Z",
      }));
      return { status: 200, body: { total_count: names.length, workflows: listed } };
    }
    const id = /\/actions\/workflows\/(\d+)\/runs\?/.exec(path)?.[1];
    if (id === undefined) return undefined;
    const since = decodeURIComponent(/created=([^&]+)/.exec(path)?.[1] ?? ">=").slice(2);
    const asked = (workflows[names[Number(id) - 1] ?? ""]?.runs ?? []).filter(([start]) => start >= since);
    const runs = asked.map(([start, conclusion, event = "schedule"], index) => ({
      id: 7000 + index,
      run_attempt: 1,
      event,
      created_at: start,
      run_started_at: start,
      status: conclusion === null ? "in_progress" : "completed",
      conclusion,
      html_url: `https://github.com/acme/shop/actions/runs/${7000 + index}`,
    }));
    return { status: 200, body: { total_count: runs.length, workflow_runs: runs } };
  });
  now = new Date("2026-11-24T12:00:00Z");
});

function context(): UseCaseContext {
  return {
    environment: {
      GITHUB_TOKEN: standIn.token,
      GITHUB_REPOSITORY: standIn.repository,
      GITHUB_API_URL: standIn.url,
      GITHUB_RUN_ID: "9000",
    },
    clock: { now: () => now },
    progress: silentProgress,
    signal: new AbortController().signal,
    workingDirectory: folder.path,
  };
}

const options = { plan: "ithaca.yaml" };

/** Publishes the reports of runs that began at these moments, from another machine: the checkout does not have them. */
async function left(...runs: [kind: "backup" | "weekly" | "failed weekly", startedAt: string][]): Promise<string[]> {
  const paths: string[] = [];
  for (const [kind, started_at] of runs) {
    const report = kind === "backup" ? backupTaken() : kind === "weekly" ? green() : failed();
    const run = { ...report.run, id: `${Date.parse(started_at) / 1000}-1`, started_at };
    paths.push((await writeReport(join(folder.path, "reports"), { ...report, run })).report.json);
  }
  await publishReports(context(), options);
  return paths;
}

async function open() {
  return (await openIncidents(githubOf(context()))).map(({ key, title }) => [key.family, title]);
}

/** A person closes or opens the newest issue. */
async function setState(state: "open" | "closed"): Promise<void> {
  await githubOf(context()).tryTo(async (client, where) => {
    const { data } = await client.rest.issues.listForRepo({ ...where, state: "all", per_page: 1 });
    await client.rest.issues.update({ ...where, issue_number: data[0]?.number ?? 0, state });
  });
}

test("nothing is missing where everything has left its report", async () => {
  await left(
    ["backup", "2026-11-23T02:03:00.000Z"],
    ["backup", "2026-11-24T02:04:00.000Z"],
    ["weekly", "2026-11-23T11:58:00.000Z"],
  );
  await rm(join(folder.path, "reports"), { recursive: true });
  expect(await missedRuns(context(), options)).toEqual({ missed: [], issues: [] });
});

test("a weekly proof that did not come is an issue, once, until one has run", async () => {
  await left(["weekly", "2026-11-16T10:03:00.000Z"], ["backup", "2026-11-24T02:04:00.000Z"]);
  expect(await missedRuns(context(), options)).toMatchObject({
    missed: [
      { schedule: "prove", how: "missed", due: "2026-11-23T10:00:00.000Z", last_seen: "2026-11-16T00:00:00.000Z" },
    ],
    issues: [{ action: "opened", key: "inner-odyssey/missed:prove" }],
  });
  expect(await open()).toEqual([["missed:prove", "inner-odyssey: no weekly proof since 2026-11-16"]]);
  expect((await missedRuns(context(), options)).issues).toMatchObject([{ action: "unchanged" }]);
  // Who closes it knows of it: it comes again with the next time that is missed.
  await setState("closed");
  expect((await missedRuns(context(), options)).issues).toEqual([]);
  await setState("open");
  await left(["weekly", "2026-11-24T12:30:00.000Z"]);
  now = new Date("2026-11-24T13:00:00Z");
  expect((await missedRuns(context(), options)).issues).toMatchObject([{ action: "closed" }]);
  expect(await open()).toEqual([]);
});

test("what leaves no report and did not run is told with when it ran last, also where that was long before it was due", async () => {
  await left(["backup", "2026-11-24T02:04:00.000Z"], ["weekly", "2026-11-23T10:03:00.000Z"]);
  workflows.retain = { state: "active", runs: [["2026-11-02T05:12:00Z", "success"]] };
  expect(await missedRuns(context(), options)).toMatchObject({
    missed: [{ schedule: "retain", how: "missed", last_seen: "2026-11-02T05:12:00.000Z" }],
  });
  expect(await open()).toEqual([["missed:retain", "inner-odyssey: no removal of old backups since 2026-11-02"]]);
});

test("what leaves no report and failed before it could say so is told by the next run of any workflow, once", async () => {
  await left(["backup", "2026-11-24T02:04:00.000Z"], ["weekly", "2026-11-23T10:03:00.000Z"]);
  workflows.retain = { state: "active", runs: [["2026-11-24T04:20:00Z", "failure"]] };
  expect((await missedRuns(context(), options)).issues).toMatchObject([
    { action: "opened", key: "inner-odyssey/retain" },
  ]);
  expect(await open()).toEqual([["retain", "inner-odyssey: the removal of old backups failed"]]);
  expect((await missedRuns(context(), options)).issues).toEqual([]);
  await setState("closed");
  expect((await missedRuns(context(), options)).issues).toEqual([]);
  // The next night that goes well ends it; one that a person started may only have shown what would be removed.
  await setState("open");
  now = new Date("2026-11-25T12:00:00Z");
  workflows.backup = { state: "active", runs: [["2026-11-25T02:04:00Z", "success"]] };
  await left(["backup", "2026-11-25T02:04:00.000Z"]);
  workflows.retain = { state: "active", runs: [["2026-11-25T09:00:00Z", "success", "workflow_dispatch"]] };
  expect((await missedRuns(context(), options)).issues).toEqual([]);
  workflows.retain = { state: "active", runs: [["2026-11-25T04:20:00Z", "success"]] };
  expect((await missedRuns(context(), options)).issues).toMatchObject([{ action: "closed" }]);
});

test("a run that failed without a report, such as where it got no checkout, was not cut off", async () => {
  await left(["backup", "2026-11-15T02:04:00.000Z"], ["backup", "2026-11-24T02:04:00.000Z"]);
  workflows["prove-weekly"] = { state: "active", runs: [["2026-11-23T10:02:00Z", "failure"]] };
  await missedRuns(context(), options);
  expect(await open()).toEqual([["proof", "inner-odyssey: the weekly proof left no report"]]);
});

test("a run that failed and said so, under whatever key, is told once", async () => {
  await left(["backup", "2026-11-24T02:04:00.000Z"], ["weekly", "2026-11-23T10:03:00.000Z"]);
  workflows.retain = { state: "active", runs: [["2026-11-24T04:20:00Z", "failure"]] };
  const ofRun = context();
  const environment = { ...ofRun.environment, GITHUB_RUN_ID: "7000" };
  const unreported = { operation: "publication", reason: "GitHub refused the commit" };
  await raiseIssue({ ...ofRun, environment }, { ...options, reports: [], unreported });
  expect((await missedRuns(context(), options)).issues).toEqual([]);
  expect((await open()).map(([family]) => family)).toEqual(["publication"]);
});

test("the rehearsal of a point in time is not missed where the plan promises none", async () => {
  await left(["backup", "2026-11-24T02:04:00.000Z"], ["weekly", "2026-11-23T10:03:00.000Z"]);
  for (const state of ["active", "disabled_manually"]) {
    workflows["point-in-time"] = { state, runs: [["2026-11-03T11:25:00Z", "success"]] };
    expect(await missedRuns(context(), options), state).toEqual({ missed: [], issues: [] });
  }
});

test("a backup that was cut off is told by the next run of any workflow, and mended by the next backup", async () => {
  workflows.backup = { state: "active", runs: [["2026-11-24T02:04:00Z", "cancelled"]] };
  await left(["backup", "2026-11-23T02:03:00.000Z"], ["weekly", "2026-11-23T10:03:00.000Z"]);
  expect(await missedRuns(context(), options)).toMatchObject({
    missed: [{ schedule: "backup", how: "cut_off", run: "https://github.com/acme/shop/actions/runs/7000" }],
  });
  expect(await open()).toEqual([["backup", "inner-odyssey: the nightly backup was cut off"]]);
  const [incident] = await openIncidents(githubOf(context()));
  expect(incident?.body).toContain("docs/runbook.md#backup-missing");
  expect(incident?.body).toContain("[the log](https://github.com/acme/shop/actions/runs/7000)");
  const reports = await left(["backup", "2026-11-24T12:30:00.000Z"]);
  expect((await raiseIssue(context(), { ...options, reports })).issues).toMatchObject([{ action: "closed" }]);
});

test("a fault whose issue GitHub did not take is raised by the next run of any workflow, once, and not where a person has closed it", async () => {
  await left(["backup", "2026-11-24T02:04:00.000Z"], ["failed weekly", "2026-11-23T10:03:00.000Z"]);
  expect(await missedRuns(context(), options)).toMatchObject({
    missed: [],
    issues: [{ action: "opened", key: "inner-odyssey/proof" }],
  });
  const [incident] = await openIncidents(githubOf(context()));
  expect(incident?.body).toContain("-weekly-");
  expect((await missedRuns(context(), options)).issues).toEqual([]);
  await setState("closed");
  expect((await missedRuns(context(), options)).issues).toEqual([]);
});

test("a fault that a later run has shown to be gone needs no issue any more", async () => {
  await left(
    ["backup", "2026-11-24T02:04:00.000Z"],
    ["failed weekly", "2026-11-23T10:03:00.000Z"],
    ["weekly", "2026-11-23T11:00:00.000Z"],
  );
  expect(await missedRuns(context(), options)).toEqual({ missed: [], issues: [] });
});

test("a workflow that GitHub has switched off is told", async () => {
  workflows["prove-weekly"] = { state: "disabled_inactivity", runs: [] };
  await left(["backup", "2026-11-24T02:04:00.000Z"], ["weekly", "2026-11-23T10:03:00.000Z"]);
  await missedRuns(context(), options);
  expect(await open()).toEqual([["missed:prove", "inner-odyssey: the workflow of the weekly proof is switched off"]]);
});

test("a plan that cannot be read is one issue with the usual labels, until it can be read again", async () => {
  await left(
    ["backup", "2026-11-23T02:03:00.000Z"],
    ["backup", "2026-11-24T02:04:00.000Z"],
    ["weekly", "2026-11-23T11:58:00.000Z"],
  );
  const broken = { ...context(), workingDirectory: join(folder.path, "broken") };
  await mkdir(broken.workingDirectory, { recursive: true });
  await writeFile(join(broken.workingDirectory, "ithaca.yaml"), "version: 1\ndatabases: {inner-odyssey: {urls: x}}\n");
  await expect(missedRuns(broken, options)).rejects.toThrow(/ithaca\.yaml:2: .*urls is not a known key/);
  await expect(missedRuns(broken, options)).rejects.toThrow(/urls/);
  expect(await open()).toEqual([["plan", "plan: it cannot be read, so nothing runs"]]);
  const [incident] = await openIncidents(githubOf(context()));
  expect(incident?.labels).toEqual(["ithaca"]);
  expect(incident?.body).toContain("urls is not a known key");
  expect(incident?.body).not.toContain("until when");
  now = new Date("2026-11-24T12:30:00Z");
  expect((await missedRuns(context(), options)).issues).toMatchObject([{ action: "closed", key: "plan/plan" }]);
  expect(await open()).toEqual([]);
});

test("where GitHub refuses the issue, what is wrong with the plan is told all the same", async () => {
  standIn.rules.unshift(({ method }) => (method === "GET" ? undefined : { status: 403, body: { message: "No" } }));
  const missing = missedRuns(context(), { plan: "elsewhere.yaml" });
  await expect(missing).rejects.toThrow(/elsewhere\.yaml/);
});

test("a token that may not see runs says which permission the job lacks", async () => {
  standIn.rules.unshift(({ path }) =>
    path.includes("/actions/")
      ? { status: 403, body: { message: "Resource not accessible by integration" } }
      : undefined,
  );
  await expect(missedRuns(context(), options)).rejects.toThrow(/may not see which workflows ran.*actions: read/);
});
