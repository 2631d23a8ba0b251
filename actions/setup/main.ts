import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { UseCaseContext } from "../../src/operations/context.ts";
import { planMatrix } from "../../src/operations/plan-matrix.ts";
import { isBranchThere } from "../../src/operations/reports-branch.ts";
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

/** The branch that the reports are brought from, and whether the job cannot do without them. */
async function reportsFrom(
  context: UseCaseContext,
  named: string | null,
  newest: boolean,
): Promise<{ branch: string; needed: boolean }> {
  if (named === null) return { branch: newest ? await defaultBranch(context) : "", needed: false };
  if (!newest) return { branch: named, needed: false };
  const there = await isBranchThere(context, named);
  return { branch: there ? named : "", needed: there };
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
    const { branch, needed } = await reportsFrom(context, reports.branch, inputs["newest-reports"]);
    return {
      outputs: {
        major: String(major),
        "reports-branch": branch,
        "reports-needed": String(needed),
        "reports-directory": reports.directory,
      },
      summary: "",
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
