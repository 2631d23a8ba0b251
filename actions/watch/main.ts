import { watch } from "../../src/operations/watch.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { flag, text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";
import { readSummary } from "../shared/summary.ts";

/** Looks whether last night's backup has arrived, and lets the monitor outside know that it looked. */
export const action = defineAction({
  inputs: {
    plan: subjectInputs.plan,
    database: subjectInputs.database,
    "audit-url": subjectInputs["audit-url"],
    "heartbeat-url": text,
    workflow: text.default("backup.yml"),
    tell: flag,
  },
  async run(context, inputs) {
    const prepared = await prepareSubject(context, inputs, { secrets: [], variables: vaultSecrets });
    const { workflow, tell } = inputs;
    const { verdict, report, backup } = await watch(prepared, { ...subjectOptions(inputs), workflow, tell });
    return {
      outputs: { verdict, report: report.json, "backup-id": backup?.id ?? "" },
      summary: await readSummary(prepared, report.markdown),
      exitCode: exitCodeOf(verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
