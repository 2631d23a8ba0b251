import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { type CommandResult, runScript } from "./commands.ts";
import { type Contexts, fill, isLetThrough, type State } from "./expressions.ts";
import { compositeSchema, type Step } from "./files.ts";
import { type StandInSite, standIns } from "./stand-ins.ts";
import type { Warm } from "./warm.ts";

/** What happened in one step of the job, or of an action within it. */
export interface StepRecord {
  readonly name: string;
  readonly conclusion: "success" | "failure" | "skipped";
  readonly log: string;
}

/** A job while it runs. */
export interface RunningJob {
  readonly workspace: string;
  readonly temporary: string;
  readonly checkOut: StandInSite["checkOut"];
  /** Contexts that stay the same: github, matrix, needs, inputs, secrets, vars, runner. */
  readonly contexts: Contexts;
  readonly services: Readonly<Record<string, { ports: Readonly<Record<string, string>> }>>;
  /** Runs actions faster than a process of their own. */
  readonly warm: Warm | undefined;
  /** What steps add for the steps after them. */
  readonly env: Record<string, string>;
  readonly path: string[];
  readonly records: StepRecord[];
  failed: boolean;
  summary: string;
}

interface Outcome {
  readonly conclusion: "success" | "failure";
  readonly outputs: Readonly<Record<string, string>>;
}

/** Where steps stand: those of a job, or those of an action that one of them uses. */
interface Frame {
  readonly contexts: Contexts;
  readonly env: Readonly<Record<string, string>>;
  readonly actionPath: string | null;
  readonly depth: number;
  failed: boolean;
  readonly steps: Record<string, { outputs: Readonly<Record<string, string>>; outcome: string; conclusion: string }>;
}

const fillAll = (values: Readonly<Record<string, string>>, contexts: Contexts, state: State) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fill(value, contexts, state)]));

const stateOf = ({ failed }: Frame): State => ({ success: !failed, failure: failed, cancelled: false });

/** Runs steps in their order; each that fails makes those after it be skipped, unless they ask otherwise. */
export async function runSteps(job: RunningJob, steps: readonly Step[], frame: Frame): Promise<void> {
  for (const step of steps) {
    const contexts = {
      ...frame.contexts,
      env: { ...frame.env, ...job.env },
      steps: frame.steps,
      job: { status: job.failed ? "failure" : "success", services: job.services },
      github: {
        ...Object(frame.contexts.github),
        ...(frame.actionPath === null ? {} : { action_path: frame.actionPath }),
      },
    };
    const state = stateOf(frame);
    const name =
      "  ".repeat(frame.depth) + fill(step.name ?? step.uses ?? step.run?.split("\n")[0] ?? "", contexts, state);
    if (!isLetThrough(step.if, contexts, state)) {
      job.records.push({ name, conclusion: "skipped", log: "" });
      if (step.id !== undefined) frame.steps[step.id] = { outputs: {}, outcome: "skipped", conclusion: "skipped" };
      continue;
    }
    const at = job.records.length;
    const env = { ...frame.env, ...fillAll(step.env, contexts, state) };
    const { conclusion, outputs, log } = await runStep(job, step, { ...frame, env }, contexts, state);
    job.records.splice(at, 0, { name, conclusion, log });
    const tolerated = fill(String(step["continue-on-error"]), contexts, state) === "true";
    if (conclusion === "failure" && !tolerated) {
      frame.failed = true;
      job.failed = true;
    }
    if (step.id !== undefined) {
      frame.steps[step.id] = { outputs, outcome: conclusion, conclusion: tolerated ? "success" : conclusion };
    }
  }
}

async function runStep(
  job: RunningJob,
  step: Step,
  frame: Frame,
  contexts: Contexts,
  state: State,
): Promise<Outcome & { log: string }> {
  if (step.uses === undefined) {
    const cwd = join(job.workspace, fill(step["working-directory"] ?? ".", contexts, state));
    const path = [...job.path].reverse().join(":");
    const env = { ...frame.env, ...job.env };
    const result = await runScript(fill(step.run ?? "", contexts, state), {
      cwd,
      temporary: job.temporary,
      warm: job.warm,
      env: {
        ...env,
        PATH: `${path === "" ? "" : `${path}:`}${env.PATH ?? ""}`,
        ...(frame.actionPath === null ? {} : { GITHUB_ACTION_PATH: frame.actionPath }),
      },
    });
    keep(job, result);
    return { conclusion: result.exitCode === 0 ? "success" : "failure", outputs: result.outputs, log: result.log };
  }
  const given = fillAll(step.with, contexts, state);
  if (step.uses.startsWith("./")) return { ...(await runAction(job, step.uses, given, frame)), log: "" };
  const standIn = standIns[step.uses.split("@")[0] ?? ""];
  if (standIn === undefined) throw new Error(`there is no stand-in for ${step.uses}`);
  return { conclusion: "success", outputs: await standIn(given, job), log: "" };
}

function keep(job: RunningJob, { env, path, summary }: CommandResult): void {
  Object.assign(job.env, env);
  job.path.push(...path);
  job.summary += summary;
}

/** Runs a composite action as it is written, from where it lies in the workspace. */
async function runAction(
  job: RunningJob,
  uses: string,
  given: Readonly<Record<string, string>>,
  frame: Frame,
): Promise<Outcome> {
  const actionPath = join(job.workspace, uses);
  const action = compositeSchema.parse(parse(await readFile(join(actionPath, "action.yml"), "utf8")));
  const inputs: Record<string, string> = {};
  for (const [name, { default: value = "", required }] of Object.entries(action.inputs)) {
    if (required && (given[name] ?? "") === "") throw new Error(`${uses} needs the input ${name}`);
    inputs[name] = given[name] ?? fill(value, frame.contexts, stateOf(frame));
  }
  const unknown = Object.keys(given).filter((name) => !(name in inputs));
  if (unknown.length > 0) throw new Error(`${uses} has no input ${unknown.join(", ")}`);
  // An action sees no secrets and no matrix of its caller; only what it is given, and the environment.
  const { github, runner } = frame.contexts;
  const inner: Frame = {
    contexts: { github, runner, inputs },
    env: frame.env,
    actionPath,
    depth: frame.depth + 1,
    failed: false,
    steps: {},
  };
  const wasFailed = job.failed;
  await runSteps(job, action.runs.steps, inner);
  job.failed = wasFailed;
  const outputs = fillAll(
    Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, value])),
    { ...inner.contexts, steps: inner.steps },
    stateOf(inner),
  );
  return { conclusion: inner.failed ? "failure" : "success", outputs };
}
