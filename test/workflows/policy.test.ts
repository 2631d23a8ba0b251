import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { actionFolders } from "../../actions/shared/generated.ts";
import { loadPlan } from "../../src/plan/parse.ts";
import { executedIn } from "../support/workflow-runner/executed-in.ts";
import { fill } from "../support/workflow-runner/expressions.ts";
import { compositeSchema, type Step, type Workflow, workflowSchema } from "../support/workflow-runner/files.ts";

/* The rules that every workflow of this repository keeps to, whatever GitHub would accept. */

const root = new URL("../../", import.meta.url);
const files = (await readdir(new URL(".github/workflows/", root))).sort();
const folders = await actionFolders(root);

const textOf = (file: string) => readFile(new URL(`.github/workflows/${file}`, root), "utf8");
const workflowOf = async (file: string): Promise<Workflow> => workflowSchema.parse(parse(await textOf(file)));
const actionOf = async (folder: string) =>
  compositeSchema.parse(parse(await readFile(new URL(`actions/${folder}/action.yml`, root), "utf8")));

/** What is wrong with the steps of a job or an action. */
function faultsOfSteps(steps: readonly Step[]): string[] {
  return steps.flatMap(({ name, uses, run, with: given }) => {
    const own = uses?.startsWith("./") === true;
    return [
      ...(run?.includes("${{") ? [`${name}: an expression inside run; pass it through env`] : []),
      ...(uses !== undefined && !own && !/@[0-9a-f]{40}$/.test(uses) ? [`${name}: ${uses} is not pinned`] : []),
      ...(uses?.startsWith("actions/checkout@") && given["persist-credentials"] !== "false"
        ? [`${name}: the token stays in the checkout`]
        : []),
    ];
  });
}

/** Operations that overwrite production once they are told to execute: their jobs need a person. */
const destructive = ({ uses = "", with: given }: Step) =>
  ["./actions/recover", "./actions/disaster"].includes(uses) && (given.execute ?? "false") !== "false";

/** Steps that restore something: hosted runners have at most a server of another major version. */
const restores = ({ uses = "", with: given }: Step) =>
  ["./actions/recover", "./actions/drill", "./actions/disaster"].includes(uses) ||
  (uses === "./actions/prove" && given["platform-branch"] !== "true") ||
  (uses === "./actions/check" && given.sample !== undefined);

/** Minutes that a step may take; all that there are, where nobody says. */
const minutesOf = ({ "timeout-minutes": minutes = Number.POSITIVE_INFINITY }: Step) => Number(minutes);

/** Minutes that issue, message and commit are left with, whatever the operation before them does. */
const toReport = 10;

/**
 * GitHub cancels a job whose time is up, and no step after that says so. So what a job does before its issue is written has
 * limits of its own. A recovery is never cut off by us; being cancelled is reported there.
 */
function canBeSilenced({ steps, environment, "timeout-minutes": minutes }: Workflow["jobs"][string]): boolean {
  const reports = steps.findIndex(({ uses }) => uses === "./actions/raise-issue");
  if (reports === -1 || !steps.some(({ uses }) => uses === "./actions/publish-report")) return false;
  if (environment === "recovery") return !String(steps[reports]?.if).includes("outcome == 'cancelled'");
  const before = steps.slice(0, reports).filter(({ uses }) => uses?.startsWith("actions/") !== true);
  return before.reduce((sum, step) => sum + minutesOf(step), toReport) > minutes;
}

/** What is wrong with a workflow, by this project's rules. */
function faultsOf(workflow: Workflow): string[] {
  const faults: string[] = [];
  if (Object.keys(workflow.permissions).length > 0) faults.push("permissions are granted to all jobs");
  const progress = workflow.concurrency?.["cancel-in-progress"];
  const precious = Object.values(workflow.jobs).some(({ steps }) =>
    steps.some(({ uses = "" }) => /^\.\/actions\/(backup|prove|recover|disaster|drill|retain)$/.test(uses)),
  );
  if (workflow.concurrency === undefined) faults.push("runs may overlap");
  else if (precious && progress !== false) faults.push("a run that restores may be cancelled by the next");
  for (const { cron } of workflow.on.schedule) {
    const [, , day, , weekday] = cron.split(/\s+/);
    if (day !== "*" && weekday !== "*") faults.push(`${cron}: day of month and day of week are ORed`);
  }
  for (const [id, job] of Object.entries(workflow.jobs)) {
    const at = (fault: string) => faults.push(`${id}: ${fault}`);
    if (!(job["timeout-minutes"] > 0 && job["timeout-minutes"] <= 360)) at("no time limit");
    if (Object.values(job.permissions).includes("write-all")) at("may write everything");
    if (job["runs-on"].endsWith("-latest")) at("the image changes without a commit");
    for (const fault of faultsOfSteps(job.steps)) at(fault);
    for (const [name, { options }] of Object.entries(job.services)) {
      if (!options.includes("--health-cmd")) at(`the service ${name} has no health check`);
    }
    for (const step of job.steps.filter(destructive)) {
      const asked = /confirm/.test(Object.keys(step.with).join()) && "confirm" in inputsOf(workflow);
      if (workflow.on.schedule.length > 0) at("destroys on a schedule");
      if (!asked) at("destroys without a typed confirmation");
      if (job.environment === undefined) at("destroys outside of a protected environment");
    }
    const bringsServer = job.steps.some(({ uses, with: given }) => uses === "./actions/setup" && "server" in given);
    for (const step of job.steps.filter(restores)) {
      if (!bringsServer && !("ITHACA_THROWAWAY_URL" in step.env)) at("no server for the copy");
    }
    if (canBeSilenced(job)) at("ends by its limit without a word");
    const summarised = job.steps.some(
      ({ uses, run }) => uses?.startsWith("./actions/") || run?.includes("STEP_SUMMARY"),
    );
    if (!summarised) at("leaves no summary");
  }
  return faults;
}

const inputsOf = (workflow: Workflow) => workflow.on.workflow_dispatch?.inputs ?? {};

describe.each(files)("%s", (file) => {
  test("keeps to the rules", async () => {
    expect(faultsOf(await workflowOf(file))).toEqual([]);
  });

  test("names the version of what is pinned", async () => {
    const lines = (await textOf(file)).split("\n").filter((line) => /uses: [^.]/.test(line));
    for (const line of lines) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("gives actions of this repository nothing but inputs that they have, and asks for outputs that they have", async () => {
    const workflow = await workflowOf(file);
    for (const { steps } of Object.values(workflow.jobs)) {
      for (const { id, uses, with: given } of steps) {
        if (uses?.startsWith("./actions/") !== true) continue;
        const action = await actionOf(uses.slice("./actions/".length));
        expect(Object.keys(action.inputs), `${file}: ${uses}`).toEqual(expect.arrayContaining(Object.keys(given)));
        if (id === undefined) continue;
        const asked = [...(await textOf(file)).matchAll(new RegExp(`steps\\.${id}\\.outputs\\.([\\w-]+)`, "g"))];
        for (const [, name = ""] of asked) expect(Object.keys(action.outputs), `${file}: ${id}`).toContain(name);
      }
    }
  });
});

test.each(files)("%s uses whatever its form asks for, and asks for no more than GitHub allows", async (file) => {
  const asked = Object.keys(inputsOf(await workflowOf(file)));
  const text = await textOf(file);
  expect(asked.filter((name) => !new RegExp(`inputs\\.${name}\\b`).test(text))).toEqual([]);
  expect(asked.length).toBeLessThanOrEqual(25);
});

test("a recovery from the form can do whatever the action can, and its plan is made of the same", async () => {
  const { jobs } = await workflowOf("recover.yml");
  const { inputs } = await actionOf("recover");
  const given = (id: string) =>
    Object.entries(jobs[id]?.steps.find(({ uses }) => uses === "./actions/recover")?.with ?? {});
  const executed = given("execute");
  expect(["plan", ...executed.map(([name]) => name)].sort()).toEqual(Object.keys(inputs).sort());
  const onlyInEarnest = ["execute", "confirm", "watch"];
  // What was shown is named by its incident, so that it is compared with what would be done by then.
  const expression = (text: string) => `\${{ ${text} }}`;
  const incident = expression("needs.preview.outputs.shown || inputs.incident");
  const asked = executed.map(([name, value]) => [name, value === incident ? expression("inputs.incident") : value]);
  expect(given("preview")).toEqual(asked.filter(([name = ""]) => !onlyInEarnest.includes(name)));
  expect(executed).toContainEqual(["incident", incident]);
});

test.each([
  "recover",
  "disaster",
])("what was mistyped into the form of %s is told there, and is no incident", async (name) => {
  const { jobs } = await workflowOf(`${name}.yml`);
  const afterwards = Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .filter(({ with: given }) => given.operation !== undefined && given.operation !== "publication");
  expect(afterwards.map(({ uses }) => uses)).toEqual(["./actions/raise-issue", "./actions/notify"]);
  for (const { with: given } of afterwards) expect(given.mistake).toBe(`\${{ steps.${name}.outputs.mistake }}`);
});

test.each([
  "prove-weekly",
  "rehearse-monthly",
])("an id that was mistyped into the form of %s is no incident; whatever else is wrong is one", async (name) => {
  const { jobs } = await workflowOf(`${name}.yml`);
  const afterwards = Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .filter(({ with: given }) => given.outcome?.includes("steps.prove.outcome"));
  expect(afterwards.map(({ uses }) => uses)).toEqual(["./actions/raise-issue", "./actions/notify"]);
  const ended = { success: false, failure: true, cancelled: false };
  for (const { with: given } of afterwards) {
    const told = (inputs: object, mistake: string) =>
      fill(given.mistake ?? "", { inputs, steps: { prove: { outputs: { mistake } } } }, ended) === "true";
    expect(told({ backup: "2026-11-22" }, "true")).toBe(true);
    expect(told({ backup: "2026-11-22" }, "false")).toBe(false);
    for (const inputs of [{}, { backup: "yesterday" }, { backup: "latest" }]) expect(told(inputs, "true")).toBe(false);
  }
});

test("every workflow is executed by a test", () => {
  expect(Object.values(executedIn).flat().sort()).toEqual(files);
});

test.each(folders)("the action %s keeps to the rules for steps", async (folder) => {
  const { runs } = await actionOf(folder);
  expect(faultsOfSteps(runs.steps)).toEqual([]);
});

/** Which key of the plan's schedule says when a workflow runs. */
const schedules: Readonly<Record<string, string>> = {
  "backup.yml": "backup",
  "watch.yml": "watch",
  "verify.yml": "verify",
  "prove-weekly.yml": "prove",
  "rehearse-monthly.yml": "rehearse",
  "drill.yml": "drill",
  "escalate.yml": "escalate",
  "retain.yml": "retain",
  "point-in-time.yml": "point_in_time",
};

test("every schedule is the plan's, and every workflow with a schedule is one of them", async () => {
  const { plan } = await loadPlan(fileURLToPath(new URL("ithaca.yaml", root)));
  const lines = new Map<string, string>(Object.entries(plan.schedule));
  for (const file of files) {
    const { schedule } = (await workflowOf(file)).on;
    const key = schedules[file];
    expect(
      schedule.map(({ cron }) => cron),
      file,
    ).toEqual(key === undefined ? [] : [lines.get(key)]);
  }
});

/** Minutes that a watch needs besides its waiting: the looks themselves, the report, the monitor. */
const toJudge = 5;

/**
 * What is wrong with the limits of the steps that take a backup and wait for one. A backup that takes longer than the plan
 * allows is an alarm; one that is killed before, or a watch that is killed while it waits, says nothing of that.
 */
function faultsOfWaiting(allowed: number, limits: { readonly backup: number; readonly watch: number }): string[] {
  const told = (file: string, limit: number, least: number) =>
    `alerts.backup_longer_than is ${allowed} min, and ${file} stops its step after ${limit}: raise that to ${least} at least`;
  const [backup, watch] = [allowed + 1, allowed + toJudge];
  return [
    ...(limits.backup >= backup ? [] : [told("backup.yml", limits.backup, backup)]),
    ...(limits.watch >= watch ? [] : [told("watch.yml", limits.watch, watch)]),
  ];
}

/** Minutes after which GitHub stops the step of a workflow that is this action's. */
async function limitOf(name: "backup" | "watch"): Promise<number> {
  const steps = Object.values((await workflowOf(`${name}.yml`)).jobs).flatMap((job) => job.steps);
  return Math.min(...steps.filter(({ uses }) => uses === `./actions/${name}`).map(minutesOf));
}

test("a backup may take as long as the plan allows, and the watch can wait for it", async () => {
  const { plan } = await loadPlan(fileURLToPath(new URL("ithaca.yaml", root)));
  const limits = { backup: await limitOf("backup"), watch: await limitOf("watch") };
  expect(limits.backup).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(faultsOfWaiting(plan.alerts.backup_longer_than / 60, limits)).toEqual([]);
});

test("a limit that ends the backup or the watch too early is noticed", () => {
  expect(faultsOfWaiting(45, { backup: 90, watch: 50 })).toEqual([]);
  expect(faultsOfWaiting(46, { backup: 90, watch: 50 })).toEqual([
    "alerts.backup_longer_than is 46 min, and watch.yml stops its step after 50: raise that to 51 at least",
  ]);
  expect(faultsOfWaiting(90, { backup: 90, watch: 100 })).toEqual([
    "alerts.backup_longer_than is 90 min, and backup.yml stops its step after 90: raise that to 91 at least",
  ]);
});

test("what any workflow publishes is attested", async () => {
  const publishing: string[] = [];
  for (const file of files) {
    const { name, jobs } = await workflowOf(file);
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    if (!steps.some(({ uses }) => uses === "./actions/publish-report")) continue;
    publishing.push(name);
    expect(
      steps.some(({ with: { path } }) => path === "$" + "{{ steps.publish.outputs.sums }}"),
      file,
    ).toBe(true);
  }
  expect((await workflowOf("attest.yml")).on.workflow_run).toMatchObject({ workflows: publishing.sort() });
});

test("the rules notice", async () => {
  const workflow = await workflowOf("retain.yml");
  const [, [id, job] = ["", undefined]] = Object.entries(workflow.jobs);
  if (job === undefined) throw new Error("retain.yml has a job");
  const [first] = job.steps;
  const bad: Step = { ...first, with: {}, env: {}, "continue-on-error": false, name: "bad" };
  const broken: Workflow = {
    ...workflow,
    on: { ...workflow.on, schedule: [{ cron: "0 10 25-31 * 5" }] },
    permissions: { contents: "write" },
    concurrency: { group: "x", "cancel-in-progress": true },
    jobs: {
      [id]: {
        ...job,
        "timeout-minutes": 0,
        "runs-on": "ubuntu-latest",
        environment: undefined,
        services: { db: { image: "postgres:17", env: {}, ports: [], options: "" } },
        steps: [
          { ...bad, uses: "actions/checkout@v6" },
          { ...bad, uses: undefined, run: `echo $${"{{ inputs.database }}"}` },
          { ...bad, uses: "./actions/recover", with: { execute: "true" } },
          { ...bad, uses: "./actions/raise-issue" },
          { ...bad, uses: "./actions/publish-report" },
        ],
      },
    },
  };
  expect(faultsOf(broken).map((fault) => fault.replace(`${id}: `, ""))).toEqual([
    "permissions are granted to all jobs",
    "a run that restores may be cancelled by the next",
    expect.stringContaining("ORed"),
    "no time limit",
    "the image changes without a commit",
    "bad: actions/checkout@v6 is not pinned",
    "bad: the token stays in the checkout",
    "bad: an expression inside run; pass it through env",
    "the service db has no health check",
    "destroys on a schedule",
    "destroys without a typed confirmation",
    "destroys outside of a protected environment",
    "no server for the copy",
    "ends by its limit without a word",
  ]);
});
