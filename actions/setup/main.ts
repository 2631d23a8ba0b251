import { planMatrix } from "../../src/operations/plan-matrix.ts";
import { flag, text, wholeNumber } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";

/** Says which major version of PostgreSQL the job needs; install.sh then installs it. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml"), database: text, major: wholeNumber, server: flag },
  async run(context, inputs) {
    const majors =
      inputs.major === undefined
        ? (await planMatrix(context, inputs)).include.map(({ postgres_major }) => postgres_major)
        : [inputs.major];
    return {
      outputs: { major: String(Math.max(...majors)), server: String(inputs.server) },
      summary: "",
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
