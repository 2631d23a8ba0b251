import { escalate } from "../../src/operations/escalate.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets } from "../shared/secrets.ts";
import { faultsOf, link, table } from "../shared/summary.ts";

/** Tells the next contact of every incident that nobody has answered or resolved in time. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml"), database: text },
  async run(context, { plan, database }) {
    requireSecrets(context.environment, ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const { verdict, incidents, checks } = await escalate(context, {
      plan,
      ...(database === undefined ? {} : { database }),
    });
    const rows = incidents.map((one) => [
      link(`#${one.number}`, one.url),
      one.title,
      one.answered === null ? "nobody" : one.answered.login,
      one.taken.join(", ") || "nothing",
    ]);
    const taken = incidents.reduce((sum, one) => sum + one.taken.length, 0);
    return {
      outputs: { verdict, incidents: String(incidents.length), taken: String(taken) },
      summary: table(
        incidents.length === 0 ? "No incident is open" : "Open incidents",
        ["issue", "about", "answered by", "told now"],
        rows,
      ),
      exitCode: exitCodeOf(verdict),
      error: faultsOf(checks),
    };
  },
});

if (import.meta.main) await runAction(action);
