import { proposeRecovery } from "../../src/operations/propose-recovery.ts";
import { text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets } from "../shared/secrets.ts";
import { subjectInputs, subjectOptions } from "../shared/subject.ts";

/** Puts the plan of a recovery before the people who have to approve it, or says there how it went. */
export const action = defineAction({
  inputs: { plan: subjectInputs.plan, database: subjectInputs.database, page: text, outcome: text },
  async run(context, { plan, database, page, outcome }) {
    requireSecrets(context.environment, ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const proposal = await proposeRecovery(context, {
      ...subjectOptions({ plan, database }),
      ...(page === undefined ? {} : { page }),
      ...(outcome === undefined ? {} : { outcome }),
    });
    return {
      outputs: { number: String(proposal?.number ?? ""), url: proposal?.url ?? "" },
      summary: proposal === null ? "" : `The plan to approve: [#${proposal.number}](${proposal.url}).\n`,
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
