import { messageOf } from "../base/errors.ts";
import { readIncident, writeIncident } from "../recovery/incident.ts";
import { isPlanOf, shownDirectory } from "../recovery/shown.ts";
import type { Incident, RecoveryMethod } from "../recovery/types.ts";
import type { UseCaseContext } from "./context.ts";

/** Keeps what a plan has shown: where that cannot be done, it is shown all the same. */
export async function keepShown({ workingDirectory, progress }: UseCaseContext, shown: Incident): Promise<void> {
  await writeIncident(shownDirectory(workingDirectory), shown).catch((thrown: unknown) => {
    progress.warn(`An execution cannot be compared with this plan, which could not be kept: ${messageOf(thrown)}`);
  });
}

/** The plan that was shown under this incident's name, if it was one of the same recovery. */
export async function shownBefore(
  { workingDirectory }: UseCaseContext,
  id: string | undefined,
  method: RecoveryMethod,
): Promise<Incident | null> {
  const shown = id === undefined ? null : await readIncident(shownDirectory(workingDirectory), id);
  return shown !== null && isPlanOf(shown, method) ? shown : null;
}
