import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { type Contexts, fill, isLetThrough, resolveValue, type State } from "./expressions.ts";
import { type Job, type Service, type Workflow, workflowSchema } from "./files.ts";
import type { StandInSite } from "./stand-ins.ts";
import { type RunningJob, runSteps, type StepRecord } from "./steps.ts";
import type { Warm } from "./warm.ts";

/** What the run is given from outside. */
export interface WorkflowRun {
  /** A file below .github/workflows, such as `backup.yml`. */
  readonly workflow: string;
  readonly workspace: string;
  readonly event: "schedule" | "workflow_dispatch" | "workflow_run" | "push";
  /** What the event says besides the inputs and the repository. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** What a person typed; checked against the workflow's inputs as the form does. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** The github context; `event_name` is added. */
  readonly github: Readonly<Record<string, unknown>>;
  /** The environment of the runner itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** Starts a service; gives the port on this machine for each port of the container. */
  readonly startService?: (name: string, service: Service) => Promise<Readonly<Record<string, string>>>;
  /** Lays the branch out, in a folder below the workspace or as the workspace itself. */
  readonly checkOut: StandInSite["checkOut"];
  /** Runs actions faster than a process of their own, which they get without it. */
  readonly warm?: Warm | undefined;
  /** Where files of the runner lie. */
  readonly temporary: string;
}

/** How one job, or one job of a matrix, ended. */
export interface JobRecord {
  readonly id: string;
  readonly name: string;
  readonly result: "success" | "failure" | "skipped";
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepRecord[];
  readonly summary: string;
}

const repository = new URL("../../../", import.meta.url);

/** A workflow of this repository. */
export async function readWorkflow(name: string): Promise<Workflow> {
  return workflowSchema.parse(parse(await readFile(new URL(`.github/workflows/${name}`, repository), "utf8")));
}

/** The form's rules: defaults are filled in, choices and required inputs are checked. */
function dispatchInputs(workflow: Workflow, run: WorkflowRun): Record<string, unknown> {
  if (run.event !== "workflow_dispatch") return {};
  const declared = workflow.on.workflow_dispatch?.inputs ?? {};
  const values: Record<string, unknown> = {};
  for (const [name, { type, default: value = "", required, options }] of Object.entries(declared)) {
    const given = run.inputs?.[name] ?? (type === "boolean" && value === "" ? "false" : value);
    if (required && given === "") throw new Error(`the form demands ${name}`);
    if (options && !options.includes(given)) throw new Error(`${name} is none of ${options.join(", ")}`);
    values[name] = type === "boolean" ? given === "true" : given;
  }
  const unknown = Object.keys(run.inputs ?? {}).filter((name) => !(name in declared));
  if (unknown.length > 0) throw new Error(`the form has no ${unknown.join(", ")}`);
  return values;
}

/** The combinations of a matrix that is a list of inclusions, which is all that is used here. */
function combinations(matrix: unknown): Record<string, unknown>[] {
  if (matrix === undefined) return [{}];
  const include = Object(matrix).include;
  if (!Array.isArray(include)) throw new Error("only a matrix with `include` is understood");
  return include.map((one) => Object(one));
}

/** GitHub's variables, by its documentation ("Default environment variables"). */
function defaultVariables(run: WorkflowRun, workflow: Workflow, job: string): Record<string, string> {
  const github = Object.entries({ ...run.github, event_name: run.event, job, workflow: workflow.name });
  const variables = github
    .filter(([name, value]) => typeof value === "string" && name !== "token")
    .map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)]);
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: run.workspace,
    RUNNER_TEMP: run.temporary,
    ...run.environment,
    ...Object.fromEntries(variables),
  };
}

async function runJob(
  run: WorkflowRun,
  workflow: Workflow,
  [id, job]: readonly [string, Job],
  contexts: Contexts,
  state: State,
): Promise<JobRecord> {
  const env = resolveValue({ ...workflow.env, ...job.env }, contexts, state);
  const services: Record<string, { ports: Readonly<Record<string, string>> }> = {};
  for (const [name, service] of Object.entries(job.services)) {
    const filled = { ...service, ...Object(resolveValue(service, contexts, state)) };
    if (!run.startService) throw new Error(`the job ${id} needs the service ${name}`);
    services[name] = { ports: await run.startService(name, filled) };
  }
  const running: RunningJob = {
    workspace: run.workspace,
    temporary: run.temporary,
    checkOut: run.checkOut,
    contexts,
    services,
    warm: run.warm,
    env: {},
    path: [],
    records: [],
    failed: false,
    summary: "",
  };
  const frame = {
    contexts,
    env: { ...defaultVariables(run, workflow, id), ...Object(env) },
    actionPath: null,
    depth: 0,
    failed: false,
    steps: {},
  };
  await runSteps(running, job.steps, frame);
  const ended = { success: !frame.failed, failure: frame.failed, cancelled: false };
  const outputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(job.outputs)) {
    outputs[name] = fill(value, { ...contexts, steps: frame.steps }, ended);
  }
  const name = fill(job.name ?? id, contexts, state);
  const result = frame.failed ? "failure" : "success";
  return { id, name, result, outputs, steps: running.records, summary: running.summary };
}

/**
 * Runs a workflow of this repository on this machine, as it is written: conditions, expressions, matrix, outputs and
 * needs by GitHub's own expression library, scripts by bash, own actions step by step, and actions of others through the
 * listed stand-ins. Jobs run one after the other.
 */
export async function runWorkflow(run: WorkflowRun): Promise<readonly JobRecord[]> {
  const workflow = await readWorkflow(run.workflow);
  await mkdir(join(run.temporary), { recursive: true });
  const records: JobRecord[] = [];
  const needsOf = new Map<string, { result: string; outputs: Readonly<Record<string, string>> }>();
  const waiting = new Map(Object.entries(workflow.jobs));
  const inputs = dispatchInputs(workflow, run);
  while (waiting.size > 0) {
    const next = [...waiting].find(([, job]) => job.needs.every((one) => needsOf.has(one)));
    if (next === undefined) throw new Error("jobs wait for each other");
    const [id, job] = next;
    waiting.delete(id);
    const needs = Object.fromEntries(job.needs.map((one) => [one, needsOf.get(one)]));
    const results = job.needs.map((one) => needsOf.get(one)?.result);
    const state = {
      success: results.every((one) => one === "success"),
      failure: results.includes("failure"),
      cancelled: false,
    };
    const contexts = {
      github: {
        ...run.github,
        event_name: run.event,
        workspace: run.workspace,
        event: { inputs: run.inputs ?? {}, ...run.payload },
      },
      runner: { os: "Linux", arch: "X64", temp: run.temporary },
      secrets: { GITHUB_TOKEN: run.github.token, ...run.secrets },
      vars: run.vars ?? {},
      inputs,
      needs,
    };
    if (!isLetThrough(job.if, contexts, state)) {
      records.push({ id, name: job.name ?? id, result: "skipped", outputs: {}, steps: [], summary: "" });
      needsOf.set(id, { result: "skipped", outputs: {} });
      continue;
    }
    const matrix = job.strategy === undefined ? [{}] : combinations(resolveValue(job.strategy.matrix, contexts, state));
    const all: JobRecord[] = [];
    for (const one of matrix) all.push(await runJob(run, workflow, [id, job], { ...contexts, matrix: one }, state));
    records.push(...all);
    const outputs = Object.assign({}, ...all.map((one) => one.outputs));
    needsOf.set(id, { result: all.some((one) => one.result === "failure") ? "failure" : "success", outputs });
  }
  return records;
}
