import { retain } from "../../src/operations/retain.ts";
import { flag } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { vaultSecrets } from "../shared/secrets.ts";
import { prepareSubject, subjectInputs, subjectOptions } from "../shared/subject.ts";
import { table } from "../shared/summary.ts";

/** Removes the backups that the plan no longer keeps. */
export const action = defineAction({
  inputs: { ...subjectInputs, "dry-run": flag },
  async run(context, inputs) {
    const prepared = await prepareSubject(context, inputs, { secrets: [], variables: vaultSecrets });
    const { kept, removed, dry_run } = await retain(prepared, {
      ...subjectOptions(inputs),
      dryRun: inputs["dry-run"],
    });
    const gone = dry_run ? "would be removed" : "removed";
    return {
      outputs: { kept: String(kept.length), removed: String(removed.length) },
      summary: table(
        `${kept.length} backups kept, ${removed.length} ${gone}`,
        ["backup", "why"],
        [...kept.map(({ id, reasons }) => [id, reasons.join(", ")]), ...removed.map((id) => [id, gone])],
      ),
      exitCode: 0,
    };
  },
});

if (import.meta.main) await runAction(action);
