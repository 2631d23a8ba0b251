import type { Clock } from "../../base/clock.ts";
import { stopwatch } from "../../base/clock.ts";
import { IthacaError } from "../../base/errors.ts";
import type { Progress } from "../../base/progress.ts";
import { redact } from "../../base/redact.ts";
import { type Disaster, nextStep, withStep } from "./progress.ts";
import { type ScenarioStep, stepsOf } from "./scenarios.ts";

/** What a step came to where it did not fail. */
export interface StepResult {
  readonly state: "done" | "waiting" | "by_hand" | "not_run";
  readonly says: string;
  /** For later steps: refs and ids, never a secret. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** Carries one step out. Called again after a fault or a crash anywhere within it: it looks first, and does what is missing. */
export type StepAction = (facts: Readonly<Record<string, string>>) => Promise<StepResult>;

export interface DriveSteps {
  readonly disaster: Disaster;
  readonly actions: Readonly<Record<string, StepAction>>;
  /** Steps that a person says to have done. */
  readonly doneByHand: readonly string[];
  readonly save: (disaster: Disaster) => Promise<void>;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Goes through the steps from where they stand, until the end, a fault, or a step that waits for a person. Before and
 * after each step the state is saved. A fault is kept with the step, whatever its kind: the steps before it are done. Only
 * an interruption and a fault of Ithaca's own are thrown, after that.
 */
export async function driveSteps(options: DriveSteps): Promise<Disaster> {
  const { actions, doneByHand, save, progress, clock, signal } = options;
  let disaster = options.disaster;
  const put = async (change: Parameters<typeof withStep>[1]) => {
    disaster = withStep(disaster, change, clock.now());
    await save(disaster);
  };
  for (let step = nextStep(disaster); step !== null; step = nextStep(disaster)) {
    signal.throwIfAborted();
    const { id } = step;
    if (doneByHand.includes(id) && step.state !== "done") {
      await put({ id, state: "done", says: "A person says that it is done.", seconds: null });
      continue;
    }
    const described = stepsOf[disaster.scenario].find((one) => one.id === id);
    const action = actions[id];
    if (described === undefined || action === undefined) throw new Error(`nothing carries out the step ${id}`);
    await put({ id, state: "running", says: "" });
    const seconds = stopwatch();
    try {
      const { facts } = disaster;
      const result = await progress.step(described.title, () => action(facts));
      disaster = { ...disaster, facts: { ...disaster.facts, ...result.facts } };
      await put({ id, state: result.state, says: redact(result.says), seconds: seconds() });
      if (result.state === "waiting") return disaster;
    } catch (thrown) {
      const says = redact(thrown instanceof Error ? thrown.message : String(thrown));
      await put({ id, state: "failed", says, seconds: seconds() });
      const known = thrown instanceof IthacaError && thrown.kind !== "interrupted";
      if (!known || signal.aborted) throw thrown;
      return disaster;
    }
  }
  return disaster;
}

/** What goes on from where a disaster stands, as a sentence for people. */
export function wayOn(disaster: Disaster): string {
  const step = nextStep(disaster);
  if (step === null) return "Every step is over.";
  const described: ScenarioStep | undefined = stepsOf[disaster.scenario].find(({ id }) => id === step.id);
  const again = `npm run ithaca -- disaster ${disaster.scenario} --execute --confirm ${disaster.database}`;
  if (disaster.mode === "rehearse")
    return `The rehearsal stopped in ${step.id}: mend what it says, and rehearse again.`;
  return step.state === "waiting"
    ? `${described?.title ?? step.id} is for a person. When it is done: ${again} --done ${step.id}`
    : `${described?.title ?? step.id} failed. Mend what it says and run it again: ${again}; or do it by hand, and add --done ${step.id}`;
}
