import { join } from "node:path";
import { reportsSite } from "../../src/operations/reports-site.ts";
import { flagUnlessTold, text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";

/** Writes a static site of the reports in the workspace. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml"), out: text.default(join(".ithaca", "site")), everybody: flagUnlessTold },
  async run(context, { plan, out, everybody }) {
    const { pages, files, withheld } = await reportsSite(context, { plan, out, forEverybody: everybody });
    const left = withheld.map((path) => `- \`${path}\` was left out: it would show a secret\n`);
    return {
      outputs: { out },
      summary: `The site has ${pages} pages and ${files - pages} other files.\n${left.join("")}`,
      exitCode: withheld.length === 0 ? 0 : 1,
    };
  },
});

if (import.meta.main) await runAction(action);
