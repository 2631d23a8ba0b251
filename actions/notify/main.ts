import { notify } from "../../src/operations/notify.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { text } from "../shared/inputs.ts";
import { linesOf } from "../shared/lines.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";
import { faultsOf, table } from "../shared/summary.ts";
import { operationInputs, unreportedOf } from "../shared/unreported.ts";

/** Tells people what reports mean, or that there is none, by the plan's contacts and channels. */
export const action = defineAction({
  inputs: {
    plan: subjectInputs.plan,
    database: subjectInputs.database,
    "audit-url": subjectInputs["audit-url"],
    operation: text.default("backup"),
    ...operationInputs,
    issue: text,
    chart: text,
  },
  async run(context, inputs) {
    const reports = linesOf(inputs.reports);
    const unreported = unreportedOf(inputs);
    if (reports.length === 0 && unreported === null) {
      return { outputs: { verdict: "proven", messages: "0" }, summary: "", exitCode: 0 };
    }
    const prepared = await prepareSubject(context, inputs, { secrets: [], variables: [] });
    const { verdict, messages, checks } = await notify(prepared, {
      plan: subjectOptions(inputs).plan,
      reports,
      ...(unreported === null ? {} : { unreported }),
      ...(inputs.issue === undefined ? {} : { issue: inputs.issue }),
      ...(inputs.chart === undefined ? {} : { chart: inputs.chart }),
    });
    const rows = messages.flatMap(({ subject, deliveries }) =>
      deliveries.map(({ channel, status, error }) => [subject, channel, status, error ?? ""]),
    );
    return {
      outputs: { verdict, messages: String(messages.length) },
      summary: messages.length === 0 ? "" : table("Who was told", ["message", "by", "", "why not"], rows),
      exitCode: exitCodeOf(verdict),
      error: faultsOf(checks),
    };
  },
});

if (import.meta.main) await runAction(action);
