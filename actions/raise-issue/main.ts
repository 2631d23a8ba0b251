import { raiseIssue } from "../../src/operations/raise-issue.ts";
import { text } from "../shared/inputs.ts";
import { linesOf } from "../shared/lines.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets } from "../shared/secrets.ts";
import { link, table } from "../shared/summary.ts";
import { operationInputs, unreportedOf } from "../shared/unreported.ts";

/** Lets the issues say what reports found, or that there is none. */
export const action = defineAction({
  inputs: {
    plan: text.default("ithaca.yaml"),
    database: text,
    operation: text.default("backup"),
    ...operationInputs,
  },
  async run(context, inputs) {
    requireSecrets(context.environment, ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const reports = linesOf(inputs.reports);
    const unreported = unreportedOf(inputs);
    const done = reports.length === 0 && inputs.outcome === "success";
    const { operation } = inputs;
    const database = inputs.database === undefined ? {} : { database: inputs.database };
    const { issues } = await raiseIssue(context, {
      plan: inputs.plan,
      reports,
      ...(unreported === null ? {} : { unreported }),
      ...(done ? { done: { operation, ...database } } : {}),
    });
    const open = issues.find(({ action: what }) => what !== "closed");
    const rows = issues.map(({ number, url, key, action: what }) => [link(`#${number}`, url), key, what]);
    return {
      outputs: { number: String(open?.number ?? ""), url: open?.url ?? "" },
      summary: issues.length === 0 ? "" : table("Issues", ["issue", "about", ""], rows),
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
