import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { UseCaseContext } from "../../src/operations/context.ts";
import { planMatrix } from "../../src/operations/plan-matrix.ts";
import { flag, flagUnlessTold, text, wholeNumber } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";

const eventSchema = z.object({ repository: z.object({ default_branch: z.string() }) });

/** The repository's default branch; a run on a schedule is on it, and its event need not name it. */
async function defaultBranch({ environment }: UseCaseContext): Promise<string> {
  const { GITHUB_EVENT_PATH: path = "", GITHUB_REF_NAME: own = "" } = environment;
  const text = await readFile(path, "utf8").catch(() => "null");
  const event = eventSchema.safeParse(JSON.parse(text));
  return event.success ? event.data.repository.default_branch : own;
}

/** Says which major version of PostgreSQL the job needs, which install.sh then installs, and where the reports are. */
export const action = defineAction({
  inputs: {
    plan: text.default("ithaca.yaml"),
    database: text,
    major: wholeNumber,
    server: flag,
    pgbackrest: flag,
    tools: flagUnlessTold,
    "newest-reports": flag,
  },
  async run(context, inputs) {
    const { include, reports } = await planMatrix(context, inputs);
    const major = inputs.major ?? Math.max(...include.map(({ postgres_major }) => postgres_major));
    return {
      outputs: {
        major: String(major),
        "reports-branch": reports.branch ?? (inputs["newest-reports"] ? await defaultBranch(context) : ""),
        "reports-directory": reports.directory,
      },
      summary: "",
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
