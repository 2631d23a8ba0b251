import { missedRuns } from "../../src/operations/missed-runs.ts";
import { text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets } from "../shared/secrets.ts";
import { table } from "../shared/summary.ts";

/** Looks for scheduled runs that did not happen or were cut off, and lets the issues say so. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml") },
  async run(context, { plan }) {
    requireSecrets(context.environment, ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const { missed } = await missedRuns(context, { plan });
    const rows = missed.map((one) => [one.schedule, one.database ?? "all", one.how, one.due, one.last_seen ?? "never"]);
    return {
      outputs: { missed: String(missed.length) },
      summary:
        missed.length === 0
          ? "Every schedule has run.\n"
          : table("Schedules that were not kept", ["schedule", "database", "", "due", "last seen"], rows),
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
