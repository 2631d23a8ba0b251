import { publishReports } from "../../src/operations/publish-reports.ts";
import { text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets } from "../shared/secrets.ts";

/** Commits every report that the branch of the reports does not hold yet. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml") },
  async run(context, { plan }) {
    requireSecrets(context.environment, ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const { branch, commit, url, paths } = await publishReports(context, { plan });
    return {
      outputs: { commit: commit ?? "", url: url ?? "", files: String(paths.length) },
      summary:
        commit === null
          ? `The branch \`${branch}\` holds every report already.\n`
          : `[${paths.length} files](${url}) were committed to \`${branch}\`.\n`,
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
