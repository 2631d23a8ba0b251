import type { NotCovered } from "../../proof/types.ts";
import type { StepAction } from "../../recovery/disaster/drive-steps.ts";
import type { Scenario } from "../../recovery/disaster/scenarios.ts";
import { loadMadeUp } from "../fixture-plan.ts";
import { makeUpProduction } from "./lost-production.ts";
import { rehearseDeleted } from "./rehearsal/deleted.ts";
import { rehearseOutage } from "./rehearsal/outage.ts";
import { rehearsedPlatform } from "./rehearsal/platform.ts";
import { rehearseRansomware } from "./rehearsal/ransomware.ts";
import { Stage } from "./rehearsal/stage.ts";
import type { Site } from "./site.ts";

const rehearsals: Readonly<Record<Scenario, (stage: Stage, given: Site) => Record<string, StepAction>>> = {
  deleted: rehearseDeleted,
  ransomware: rehearseRansomware,
  outage: rehearseOutage,
};

/** A rehearsal that is ready to begin. */
export interface PreparedRehearsal {
  readonly actions: Readonly<Record<string, StepAction>>;
  /** What it cannot say, whatever its steps come to. */
  readonly notCovered: readonly NotCovered[];
}

/** Size of a made-up production unless told otherwise. */
const usualFamilies = 100;

/** Sets the stage for a rehearsal: everything on it is a throwaway. Disposing `stack` ends all of it. */
export async function prepareRehearsal(
  given: Site,
  scenario: Scenario,
  stack: AsyncDisposableStack,
): Promise<PreparedRehearsal> {
  const { site, notCovered } = await rehearsedPlatform(given, stack);
  const { context, options, reports } = site;
  const played = await loadMadeUp(context, { plan: options.plan });
  const timed = <T>(_name: string, work: () => Promise<T>) => work();
  const production = stack.use(
    await makeUpProduction(context, played.subject, {
      families: options.families ?? usualFamilies,
      reports,
      timed,
      vault: options.vault,
    }),
  );
  return {
    actions: rehearsals[scenario](new Stage(site, production, stack, played), given),
    notCovered: [
      { what: "your own data", why: "production was made up; `drill` with the vault's variables uses a copy of it" },
      ...notCovered,
    ],
  };
}
