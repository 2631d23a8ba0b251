import { doctor } from "../../src/operations/doctor.ts";
import { text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";
import { table } from "../shared/summary.ts";

/** Says what is missing on the runner or in the secrets, and how to mend it. */
export const action = defineAction({
  inputs: {
    ...subjectInputs,
    "heartbeat-url": text,
    "supabase-token": text,
    "supabase-project-ref": text,
  },
  async run(context, inputs) {
    const prepared = await prepareSubject(context, inputs, { secrets: [], variables: [] });
    const { checks } = await doctor(prepared, subjectOptions(inputs));
    const red = checks.filter(({ status }) => status === "red");
    const title = red.length === 0 ? "All is set up" : `${red.length} to mend: ${red.map((c) => c.title).join(", ")}`;
    return {
      outputs: { healthy: String(red.length === 0) },
      summary: table(
        title,
        ["", "what", "found", "mend"],
        checks.map((c) => [c.status, c.title, c.message, c.mend ?? ""]),
      ),
      exitCode: red.length === 0 ? 0 : 3,
    };
  },
});

if (import.meta.main) await runAction(action);
