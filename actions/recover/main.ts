import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { redact } from "../../src/base/redact.ts";
import type { UseCaseContext } from "../../src/operations/context.ts";
import type { RecoveryResult } from "../../src/operations/recover.ts";
import { planMarkdown } from "../../src/operations/recovery-view.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject } from "../shared/subject.ts";
import { readSummary } from "../shared/summary.ts";
import { recoverAsAsked, recoverInputs } from "./kinds.ts";

const planFolder = join(".ithaca", "recovery");

/** The page of a plan, put where a later step finds it. */
async function keepPlan(
  context: UseCaseContext,
  { incident }: RecoveryResult,
): Promise<{ page: string; path: string }> {
  const page = redact(planMarkdown(incident));
  const path = join(planFolder, "plan.md");
  await mkdir(join(context.workingDirectory, planFolder), { recursive: true });
  await writeFile(join(context.workingDirectory, path), page);
  return { page, path };
}

/** Plans a recovery of production, and with `execute` and the typed name does it. */
export const action = defineAction({
  inputs: recoverInputs,
  async run(context, inputs) {
    const prepared = await prepareSubject(context, inputs, {
      secrets: inputs.execute ? ["recovery-url"] : [],
      // A look at a point in time needs no vault; whatever is executed backs production up first.
      variables: inputs.what === "point-in-time" && !inputs.execute ? [] : vaultSecrets,
    });
    const result = await recoverAsAsked(prepared, inputs);
    const { verdict, obstacles, incident, unfinished, file, report } = result;
    const plan = report === null ? await keepPlan(prepared, result) : null;
    return {
      outputs: {
        verdict,
        outcome: incident.state.outcome ?? "",
        incident: incident.id,
        "incident-file": file ?? "",
        report: report?.json ?? "",
        page: plan?.path ?? "",
        shown: plan === null || unfinished !== null ? "" : incident.id,
        feasible: String(obstacles.length === 0),
      },
      summary: plan?.page ?? (await readSummary(prepared, report?.markdown ?? "")),
      exitCode: exitCodeOf(verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
