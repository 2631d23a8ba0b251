import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { publishReports } from "../../src/operations/publish-reports.ts";
import { text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets } from "../shared/secrets.ts";

/** Where the digests are put for whoever attests them. */
const sumsFile = join(".ithaca", "published", "sha256sums");

/** Commits every report that the branch of the reports does not hold yet. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml") },
  async run(context, { plan }) {
    requireSecrets(context.environment, ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const { branch, commit, url, paths, public: attestable, sums } = await publishReports(context, { plan });
    const kept = attestable && sums !== "";
    if (kept) {
      await mkdir(join(context.workingDirectory, dirname(sumsFile)), { recursive: true });
      await writeFile(join(context.workingDirectory, sumsFile), sums);
    }
    return {
      outputs: { commit: commit ?? "", url: url ?? "", files: String(paths.length), sums: kept ? sumsFile : "" },
      summary:
        commit === null
          ? `The branch \`${branch}\` holds every report already.\n`
          : `[${paths.length} files](${url}) were committed to \`${branch}\`.\n`,
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
