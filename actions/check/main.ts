import { check } from "../../src/operations/check.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { flag } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";
import { table } from "../shared/summary.ts";

/** Looks whether the backups are there, fresh, complete and of consistent size. */
export const action = defineAction({
  inputs: { ...subjectInputs, "read-data": flag },
  async run(context, inputs) {
    const prepared = await prepareSubject(context, inputs, { secrets: [], variables: vaultSecrets });
    const { verdict, checks } = await check(prepared, {
      ...subjectOptions(inputs),
      readData: inputs["read-data"],
    });
    const rows = checks.map((one) => [one.status, one.title, one.status === "not_run" ? one.reason : one.actual]);
    return {
      outputs: { verdict },
      summary: table(`The backups: ${verdict}`, ["", "check", "found"], rows),
      exitCode: exitCodeOf(verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
