import { planMatrix } from "../../src/operations/plan-matrix.ts";
import { flag, text, wholeNumber } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";

/** Says which major version of PostgreSQL the job needs, which install.sh then installs, and where the reports are. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml"), database: text, major: wholeNumber, server: flag, pgbackrest: flag },
  async run(context, inputs) {
    const { include, reports } = await planMatrix(context, inputs);
    const major = inputs.major ?? Math.max(...include.map(({ postgres_major }) => postgres_major));
    return {
      outputs: {
        major: String(major),
        "reports-branch": reports.branch ?? "",
        "reports-directory": reports.directory,
      },
      summary: "",
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
