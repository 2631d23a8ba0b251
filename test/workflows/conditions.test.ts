import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fixedClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { type Scratch, scratchDirectory } from "../../src/base/scratch.ts";
import { planMatrix } from "../../src/operations/plan-matrix.ts";
import { fill, isLetThrough, type State } from "../support/workflow-runner/expressions.ts";
import { readWorkflow } from "../support/workflow-runner/run-workflow.ts";

/* The `if:` of workflows, evaluated by GitHub's own expression library. */

const well: State = { success: true, failure: false, cancelled: false };
const broken: State = { success: false, failure: true, cancelled: false };
const stopped: State = { success: false, failure: false, cancelled: true };

const hour = 3600 * 1000;
let folder: Scratch;
beforeAll(async () => {
  folder = await scratchDirectory("conditions");
  await writeFile(join(folder.path, "ithaca.yaml"), "version: 1\ndatabases: { shop: {} }\n");
  return () => folder[Symbol.asyncDispose]();
});

const gate = (await readWorkflow("rehearse-monthly.yml")).jobs.rehearse?.if;

/** Whether the monthly rehearsal's job goes on when its gate is asked at this moment. */
async function rehearses(at: Date, event: string): Promise<boolean> {
  const { due } = await planMatrix(
    {
      environment: {},
      clock: fixedClock(at),
      progress: silentProgress,
      signal: new AbortController().signal,
      workingDirectory: folder.path,
    },
    { plan: "ithaca.yaml", monthly: true, event },
  );
  return isLetThrough(gate, { needs: { plan: { outputs: { due: String(due) } } } }, well);
}

describe("the monthly rehearsal", () => {
  test("goes on once a month for ten years, on the last Friday, also where GitHub starts it past midnight", async () => {
    const months: string[] = [];
    let fridays = 0;
    for (let day = Date.UTC(2026, 0, 2, 10); day < Date.UTC(2036, 0, 1); day += 7 * 24 * hour) {
      const late = [0, 3, 15, 26][fridays % 4] ?? 0;
      fridays += 1;
      if (await rehearses(new Date(day + late * hour), "schedule"))
        months.push(new Date(day).toISOString().slice(0, 10));
    }
    expect(new Set(months.map((day) => day.slice(0, 7))).size).toBe(120);
    expect(months).toHaveLength(120);
    for (const day of months) {
      const date = new Date(day);
      expect(date.getUTCDay()).toBe(5);
      expect(new Date(date.getTime() + 7 * 24 * hour).getUTCMonth()).not.toBe(date.getUTCMonth());
    }
  });

  test.each([
    ["2026-10-30T10:00:00Z", true],
    ["2026-10-31T03:00:00Z", true],
    ["2026-11-01T09:00:00Z", true],
    ["2026-10-23T10:00:00Z", false],
    ["2027-02-26T10:00:00Z", true],
    ["2028-02-25T10:00:00Z", true],
    ["2027-12-31T23:59:00Z", true],
    ["2028-01-01T00:30:00Z", true],
  ])("asked at %s by the schedule: %s; by a person always", async (at, expected) => {
    expect(await rehearses(new Date(at), "schedule")).toBe(expected);
    expect(await rehearses(new Date(at), "workflow_dispatch")).toBe(true);
  });
});

/** Steps by what they use, with their condition. */
async function conditions(file: string, action: string): Promise<unknown[]> {
  const { jobs } = await readWorkflow(file);
  return Object.values(jobs).flatMap(({ steps }) =>
    steps
      .filter(
        ({ uses, name }) =>
          uses === `./actions/${action}` && !/not told|reports that were|platform's own/.test(name ?? ""),
      )
      .map((step) => step.if),
  );
}

const operations = ["backup.yml", "watch.yml", "verify.yml", "prove-weekly.yml", "rehearse-monthly.yml", "retain.yml"];

test.each(
  operations,
)("%s publishes and raises also when something before failed, and not when it was stopped", async (file) => {
  for (const action of ["publish-report", "raise-issue"]) {
    const [condition, ...more] = await conditions(file, action);
    expect(more).toEqual([]);
    expect([well, broken, stopped].map((state) => isLetThrough(condition, {}, state))).toEqual([true, true, false]);
  }
});

test("a retention that was only shown by a person is no news for the issues", async () => {
  const [condition] = await conditions("retain.yml", "raise-issue");
  const asked = (inputs: object) => isLetThrough(condition, { inputs }, well);
  expect([asked({ "dry-run": true }), asked({ "dry-run": false }), asked({})]).toEqual([false, true, true]);
});

const reporting = [...operations, "drill.yml", "point-in-time.yml", "recover.yml", "disaster.yml"];

test("what was not told, raised or published is an issue of its own, which the next run closes", async () => {
  for (const file of reporting) {
    const { jobs } = await readWorkflow(file);
    const step = Object.values(jobs)
      .flatMap(({ steps }) => steps)
      .find(({ name }) => name?.includes("not told"));
    const outcome = (issue: string, publish: string) =>
      fill(
        step?.with.outcome ?? "",
        { steps: { issue: { outcome: issue }, tell: { outcome: "success" }, publish: { outcome: publish } } },
        broken,
      );
    const [well, unpublished, unraised] = [
      outcome("success", "success"),
      outcome("success", "failure"),
      outcome("failure", "success"),
    ];
    expect([well, unpublished, unraised], file).toEqual(["success", "failure", "failure"]);
    expect(isLetThrough(step?.if, {}, broken), file).toBe(true);
    expect(isLetThrough(step?.if, {}, stopped), file).toBe(false);
  }
});

test("a recovery is executed only where that was asked for and the plan was made; its records are kept even when it is stopped", async () => {
  const { jobs } = await readWorkflow("recover.yml");
  const goesOn = (execute: boolean, state: State) => isLetThrough(jobs.execute?.if, { inputs: { execute } }, state);
  expect([goesOn(true, well), goesOn(false, well), goesOn(true, broken), goesOn(true, stopped)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(jobs.execute?.environment).toBe("recovery");
  const goesOnWhenStopped = (action: string, outcome: string) =>
    isLetThrough(
      jobs.execute?.steps.find(({ uses }) => uses === `./actions/${action}`)?.if,
      { steps: { recover: { outcome } } },
      stopped,
    );
  // Production may be half recovered then: that is an incident. Where it was not begun, it is none.
  for (const action of ["raise-issue", "notify"]) {
    expect(["cancelled", "skipped"].map((outcome) => goesOnWhenStopped(action, outcome))).toEqual([true, false]);
  }
  expect(goesOnWhenStopped("publish-report", "skipped")).toBe(true);
});

test("a recovery waits for one of the same database only; looking at the steps of a disaster waits for none", async () => {
  const group = async (file: string, inputs: Readonly<Record<string, string>>) =>
    fill(String((await readWorkflow(file)).concurrency?.group), { inputs }, well);
  const recovery = await group("recover.yml", { database: "shop" });
  expect(await group("disaster.yml", { database: "shop", mode: "execute" })).toBe(recovery);
  expect(await group("recover.yml", { database: "blog" })).not.toBe(recovery);
  for (const mode of ["show", "rehearse"]) {
    expect(await group("disaster.yml", { database: "shop", mode })).not.toBe(recovery);
  }
});

test("only the escalation's first step is asked where no incident is open", async () => {
  const [first, ...others] = (await readWorkflow("escalate.yml")).jobs.escalate?.steps ?? [];
  expect(first?.uses).toBeUndefined();
  for (const step of others) expect(isLetThrough(step.if, { steps: { open: { outputs: {} } } }, well)).toBe(false);
});

test("every condition of every step can be evaluated", async () => {
  for (const file of await readdir(new URL("../../.github/workflows/", import.meta.url))) {
    for (const { steps } of Object.values((await readWorkflow(file)).jobs)) {
      for (const { if: condition, name } of steps) {
        if (condition === undefined) continue;
        expect(() => isLetThrough(condition, {}, stopped), `${file}: ${name}`).not.toThrow();
      }
    }
  }
});
