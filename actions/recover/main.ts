import { fullModes, recoverFull } from "../../src/operations/recover-full.ts";
import { recoverTable, tableModes } from "../../src/operations/recover-table.ts";
import { planMarkdown } from "../../src/operations/recovery-view.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { choice, flag, text } from "../shared/inputs.ts";
import { linesOf } from "../shared/lines.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";
import { readSummary } from "../shared/summary.ts";

/** Plans a recovery of production, and with `execute` and the typed name does it. */
export const action = defineAction({
  inputs: {
    ...subjectInputs,
    "recovery-url": text,
    what: choice(["full", "table"]),
    backup: text.default("latest"),
    into: choice([...fullModes]),
    table: text,
    mode: choice([...tableModes]),
    "with-dependants": flag,
    map: text,
    leave: text,
    retype: text,
    "skip-conflicts": flag,
    execute: flag,
    confirm: text,
    reason: text,
    incident: text,
    "incident-at": text,
    watch: text,
  },
  async run(context, inputs) {
    const { execute, what } = inputs;
    const prepared = await prepareSubject(context, inputs, {
      secrets: execute ? ["recovery-url"] : [],
      variables: vaultSecrets,
    });
    const { backup, confirm, reason, incident: id, "incident-at": incidentAt, watch } = inputs;
    const given = { confirm, reason, incident: id, incidentAt, watch };
    const common = {
      ...subjectOptions(inputs),
      backup,
      execute,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    };
    const { verdict, obstacles, incident, file, report } =
      what === "full"
        ? await recoverFull(prepared, { ...common, into: inputs.into })
        : await recoverTable(prepared, {
            ...common,
            table: inputs.table ?? "",
            mode: inputs.mode,
            withDependants: inputs["with-dependants"],
            map: linesOf(inputs.map),
            leave: linesOf(inputs.leave),
            retype: linesOf(inputs.retype),
            skipConflicts: inputs["skip-conflicts"],
          });
    const page = report === null ? planMarkdown(incident) : await readSummary(prepared, report.markdown);
    return {
      outputs: {
        verdict,
        outcome: incident.state.outcome ?? "",
        incident: incident.id,
        "incident-file": file ?? "",
        report: report?.json ?? "",
        feasible: String(obstacles.length === 0),
      },
      summary: page,
      exitCode: exitCodeOf(verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
