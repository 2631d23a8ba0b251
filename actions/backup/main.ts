import { backup } from "../../src/operations/backup.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { markdownOf } from "../../src/report/write.ts";
import { flag } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";

/** Takes a backup and puts it into the vault. */
export const action = defineAction({
  inputs: { ...subjectInputs, init: flag },
  async run(context, inputs) {
    const prepared = await prepareSubject(context, inputs, { secrets: ["database-url"], variables: vaultSecrets });
    const report = await backup(prepared, { ...subjectOptions(inputs), init: inputs.init });
    return {
      outputs: {
        verdict: report.verdict,
        report: report.report.json,
        "backup-id": report.backup?.id ?? "",
        "size-bytes": String(report.backup?.size_bytes ?? ""),
      },
      summary: markdownOf(report),
      exitCode: exitCodeOf(report.verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
