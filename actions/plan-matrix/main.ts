import { planMatrix } from "../../src/operations/plan-matrix.ts";
import { flag, text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { isRunAgain } from "../shared/run-again.ts";
import { table } from "../shared/summary.ts";

/** Gives the plan's databases as a job matrix, and says whether a scheduled run is due. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml"), database: text, monthly: flag, "point-in-time": flag },
  async run(context, inputs) {
    const { include, due } = await planMatrix(context, {
      ...inputs,
      pointInTime: inputs["point-in-time"],
      // A run that is started again was started by a person, who wants what its schedule was for, on whatever day.
      event: isRunAgain(context) ? undefined : context.environment.GITHUB_EVENT_NAME,
    });
    return {
      outputs: { matrix: JSON.stringify({ include }), due: String(due) },
      summary: due
        ? table(
            `${include.length === 1 ? "One database" : `${include.length} databases`} of the plan`,
            ["database", "throwaway"],
            include.map(({ database, throwaway_image }) => [database, throwaway_image]),
          )
        : `Nothing is due today: ${inputs.monthly ? "this runs on the last such weekday of the month" : "the plan promises no points in time"}.\n`,
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
