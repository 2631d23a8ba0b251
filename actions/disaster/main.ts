import { redact } from "../../src/base/redact.ts";
import { spellSeconds } from "../../src/base/spell.ts";
import { type DisasterResult, disaster, scenarios } from "../../src/operations/disaster.ts";
import { code, prose } from "../../src/report/escape.ts";
import { exitCodeOf } from "../../src/report/verdict.ts";
import { choice, flag, flagUnlessTold, text } from "../shared/inputs.ts";
import { namesOf } from "../shared/lines.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { isRunAgain } from "../shared/run-again.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";
import { table } from "../shared/summary.ts";

const modes = { plan: "nothing has been done", rehearse: "a rehearsal", execute: "in earnest" } as const;

/** Every step with who does it, what shows that it is done, and how it stands. */
function page({ title, database, mode, steps, way_on }: DisasterResult): string {
  const rows = steps.map((step, index) => [
    { markdown: `${index + 1}. ${prose(step.title)} ${code(step.id)}` },
    step.contact,
    step.seconds === null ? `about ${spellSeconds(step.expected_s)}` : spellSeconds(step.seconds),
    step.state.replaceAll("_", " "),
    step.says === "" ? [step.does, step.decide].filter((one) => one !== null).join(" Decide: ") : step.says,
    step.proof,
  ]);
  const head = ["step", "who", "time", "state", "how", "done when"];
  return redact(`${table(`${title}: ${database}, ${modes[mode]}`, head, rows)}\n${prose(way_on, 1000)}\n`);
}

/** Shows, rehearses or carries out the steps against a disaster. */
export const action = defineAction({
  inputs: {
    ...subjectInputs,
    "recovery-url": text,
    "supabase-token": text,
    "supabase-project-ref": text,
    scenario: choice(scenarios),
    rehearse: flag,
    execute: flag,
    confirm: text,
    done: text,
    backup: text,
    merge: text,
    e2e: flagUnlessTold,
  },
  async run(context, inputs) {
    const { scenario, rehearse, execute, e2e, confirm, backup, merge } = inputs;
    const needed = execute ? { secrets: [], variables: vaultSecrets } : { secrets: [], variables: [] };
    const prepared = await prepareSubject(context, inputs, needed);
    const result = await disaster(prepared, scenario, {
      ...subjectOptions(inputs),
      rehearse,
      execute,
      onlyGoOn: isRunAgain(context),
      e2e,
      done: namesOf(inputs.done),
      ...(confirm === undefined ? {} : { confirm }),
      ...(backup === undefined ? {} : { backup }),
      ...(merge === undefined ? {} : { merge: namesOf(merge) }),
    });
    const { verdict, id, way_on, report } = result;
    return {
      outputs: {
        verdict,
        disaster: id ?? "",
        report: report?.json ?? "",
        error: verdict === "proven" ? "" : redact(way_on),
      },
      summary: page(result),
      exitCode: exitCodeOf(verdict),
    };
  },
});

if (import.meta.main) await runAction(action);
