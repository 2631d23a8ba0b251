import { rehearsePointInTime } from "../../src/operations/rehearse-point-in-time.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { markdownOf } from "../../src/report/write.ts";
import { text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";

/** Rehearses the recovery to a second that nobody chose. */
export const action = defineAction({
  inputs: { ...subjectInputs, "supabase-token": text, "supabase-project-ref": text },
  async run(context, inputs) {
    const prepared = await prepareSubject(context, inputs, { secrets: [], variables: [] });
    const report = await rehearsePointInTime(prepared, subjectOptions(inputs));
    return {
      outputs: { verdict: report.verdict, report: report.report.json },
      summary: markdownOf(report),
      exitCode: exitCodeOf(report.verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
