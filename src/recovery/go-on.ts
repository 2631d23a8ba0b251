import { type DriveOptions, titles } from "./drive-options.ts";
import { recoveryErrors } from "./errors.ts";
import { resumption, type State, type Step, writingSteps } from "./machine.ts";
import type { Incident, StepContext } from "./types.ts";

/* How a run goes on with what another has begun, and when it leaves something for the next one. */

/** Steps that need no restore point any more. */
export const pastTheWriting: ReadonlySet<State["step"]> = new Set(["announce", "watch", "record"]);

/** Finds what is restored once more: an archive that lies on this machine may be another than the one it began with. */
async function selectAgain(
  { method }: Pick<DriveOptions, "method">,
  { id, restore_point }: Incident,
  context: StepContext,
): Promise<void> {
  const found = (await method.select(context)).backup;
  const begun = restore_point?.backup ?? null;
  if (begun === null || found === null || found.digest === begun.digest) return;
  throw recoveryErrors.other_backup({ id, begun: begun.id, found: found.id });
}

/** Where an unfinished recovery is gone on with, after a look at production. */
export interface Resumed {
  readonly state: State;
  readonly event: string;
  readonly says: string;
}

/**
 * Where this run goes on, and why, told before anything is done; null where nothing has to be looked at first.
 *
 * @throws recovery.other_backup
 */
export async function whereToGoOn(
  { method, progress }: Pick<DriveOptions, "method" | "progress">,
  incident: Incident,
  context: StepContext,
): Promise<Resumed | null> {
  const { state } = incident;
  if (state.step === "select" || state.step === "ended") return null;
  if (!pastTheWriting.has(state.step)) await selectAgain({ method }, incident, context);
  if (!writingSteps.has(state.step)) {
    progress.warn(`Going on with ${incident.id}, which had come to "${titles[state.step]}".`);
    return null;
  }
  const { standing, says } = await method.inspect(context);
  // What is gone on with is the putting back, whatever else could be done from here.
  const sentence =
    state.step === "roll_back" && standing !== "unclear"
      ? `The last run stopped in "${titles.roll_back}": that is brought to its end now. To recover, run the same command once more afterwards.`
      : `The last run stopped in "${titles[state.step]}". ${says}`;
  progress.warn(sentence);
  return { state: resumption(state, standing), event: `resumed: ${standing}`, says: sentence };
}

/** Whether the run was stopped in the middle of what cannot be taken back, and will be there for the next run. */
export async function goesOnLater(
  { method, signal }: Pick<DriveOptions, "method" | "signal">,
  step: Step,
  context: StepContext,
): Promise<boolean> {
  if (!signal.aborted || step === "roll_back" || !writingSteps.has(step) || method.stays === undefined) return false;
  // Where nobody can say, the roll-back finds out.
  return await method.stays({ ...context, signal: new AbortController().signal }).catch(() => false);
}
