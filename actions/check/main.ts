import { check } from "../../src/operations/check.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { markdownOf } from "../../src/report/write.ts";
import { flag, text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";
import { faultsOf } from "../shared/summary.ts";

/** Looks whether the backups are there, fresh, complete and of consistent size: the vault's and the platform's. */
export const action = defineAction({
  inputs: { ...subjectInputs, "supabase-token": text, "supabase-project-ref": text, "read-data": flag, sample: text },
  async run(context, inputs) {
    // What is not set up is a finding of its own here: a database may live on exports alone.
    const prepared = await prepareSubject(context, inputs, { secrets: [], variables: [] });
    const { sample } = inputs;
    const report = await check(prepared, {
      ...subjectOptions(inputs),
      readData: inputs["read-data"],
      ...(sample === undefined ? {} : { sample }),
    });
    return {
      outputs: { verdict: report.verdict, report: report.report.json },
      summary: markdownOf(report),
      exitCode: exitCodeOf(report.verdict),
      error: faultsOf(report.checks),
    };
  },
});

if (import.meta.main) await runAction(action);
