import { drill } from "../../src/operations/drill.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { markdownOf } from "../../src/report/write.ts";
import { flag, flagUnlessTold, text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";

/** Size of a production that is made up. */
const families = 200;

/** Loses a throwaway production, brings it back, and times every phase. */
export const action = defineAction({
  inputs: {
    plan: subjectInputs.plan,
    database: text,
    "audit-url": text,
    "made-up": flag,
    e2e: flag,
    older: flagUnlessTold,
  },
  async run(context, inputs) {
    const { "made-up": madeUp, e2e, older } = inputs;
    // Without a vault a made-up production would be drilled, and that must be said aloud on a runner.
    const prepared = await prepareSubject(context, inputs, { secrets: [], variables: madeUp ? [] : vaultSecrets });
    const { report, runbook } = await drill(prepared, { ...subjectOptions(inputs), madeUp, e2e, older, families });
    const patch = runbook?.patch ?? "";
    return {
      outputs: { verdict: report.verdict, report: report.report.json },
      summary: `${markdownOf(report)}${patch === "" ? "" : `\n## The runbook\n\n\`\`\`diff\n${patch}\`\`\`\n`}`,
      exitCode: exitCodeOf(report.verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
