import { raiseIssue } from "../../src/operations/raise-issue.ts";
import { choice, text } from "../shared/inputs.ts";
import { linesOf } from "../shared/lines.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets } from "../shared/secrets.ts";
import { table } from "../shared/summary.ts";

/** Lets the issues say what reports found, or that there is none. */
export const action = defineAction({
  inputs: {
    plan: text.default("ithaca.yaml"),
    database: text,
    reports: text,
    operation: text.default("backup"),
    outcome: choice(["success", "failure", "skipped", "cancelled"]),
    error: text,
  },
  async run(context, inputs) {
    requireSecrets(context.environment, ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]);
    const reports = linesOf(inputs.reports);
    // A step that was skipped comes after one that failed: nothing was done either.
    const silent = reports.length === 0 && inputs.outcome !== "success";
    const done = reports.length === 0 && !silent;
    const { operation } = inputs;
    const database = inputs.database === undefined ? {} : { database: inputs.database };
    const { issues } = await raiseIssue(context, {
      plan: inputs.plan,
      reports,
      ...(silent
        ? {
            unreported: {
              operation,
              reason: inputs.error ?? "A step before it failed; the log of the run says which and why.",
              ...database,
            },
          }
        : {}),
      ...(done ? { done: { operation, ...database } } : {}),
    });
    const open = issues.find(({ action: what }) => what !== "closed");
    const rows = issues.map(({ number, url, key, action: what }) => [`[#${number}](${url})`, key, what]);
    return {
      outputs: { number: String(open?.number ?? ""), url: open?.url ?? "" },
      summary: issues.length === 0 ? "" : table("Issues", ["issue", "about", ""], rows),
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
