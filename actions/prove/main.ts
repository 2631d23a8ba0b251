import { prove } from "../../src/operations/prove.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { markdownOf } from "../../src/report/write.ts";
import { choice, flag, text } from "../shared/inputs.ts";
import { linesOf } from "../shared/lines.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";

/** Restores a backup into a throwaway and proves it. */
export const action = defineAction({
  inputs: {
    ...subjectInputs,
    backup: text.default("latest"),
    archive: text,
    kind: choice(["manual", "daily", "weekly", "monthly", "drill", "recovery"]),
    e2e: flag,
    "platform-branch": flag,
    "supabase-token": text,
    "supabase-project-ref": text,
  },
  async run(context, inputs) {
    const archive = linesOf(inputs.archive);
    const prepared = await prepareSubject(context, inputs, {
      secrets: [],
      variables: archive.length > 0 ? [] : vaultSecrets,
    });
    const report = await prove(prepared, {
      ...subjectOptions(inputs),
      backup: inputs.backup,
      kind: inputs.kind,
      e2e: inputs.e2e,
      platformBranch: inputs["platform-branch"],
      ...(archive.length > 0 ? { archive } : {}),
    });
    return {
      outputs: { verdict: report.verdict, report: report.report.json, "backup-id": report.backup?.id ?? "" },
      summary: markdownOf(report),
      exitCode: exitCodeOf(report.verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
