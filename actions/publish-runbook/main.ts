import { publishRunbook } from "../../src/operations/publish-runbook.ts";
import { requiredText, text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets } from "../shared/secrets.ts";
import { subjectInputs, subjectOptions } from "../shared/subject.ts";

/** Writes the times of a drill into the runbook on the default branch. */
export const action = defineAction({
  inputs: { plan: subjectInputs.plan, database: text, report: requiredText },
  async run(context, inputs) {
    requireSecrets(context.environment, ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const { path, commit } = await publishRunbook(context, { ...subjectOptions(inputs), report: inputs.report });
    const said = commit === null ? "was left as it is" : "has the times of this drill";
    return { outputs: { commit: commit ?? "" }, summary: `\`${path}\` ${said}.\n`, exitCode: 0 };
  },
});

if (import.meta.main) await runAction(action);
