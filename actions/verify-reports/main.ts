import { spellAmount } from "../../src/base/spell.ts";
import { type VerifyReportsOutcome, verifyReports } from "../../src/operations/reports.ts";
import { flag, text } from "../shared/inputs.ts";
import { defineAction, runAction } from "../shared/run-action.ts";
import { requireSecrets, vaultSecrets } from "../shared/secrets.ts";
import { table } from "../shared/summary.ts";

const exitCodes = { intact: 0, changed: 1, inconclusive: 3 } as const;

/** Names in a sentence; the summary has them all. */
const mostNamed = 5;

/** Why the reports are no evidence as they are; empty where they are. */
function sentence({ verdict, findings }: VerifyReportsOutcome): string {
  if (verdict === "intact") return "";
  if (verdict === "inconclusive") return "No link of the evidence chain is here, so nothing could be verified.";
  const named = findings.slice(0, mostNamed).map(({ kind, path }) => `${path} (${kind})`);
  const more = findings.length > mostNamed ? ` and ${findings.length - mostNamed} more` : "";
  return `${spellAmount(findings.length, "file")} of the reports no longer as published: ${named.join(", ")}${more}.`;
}

/** Walks along the evidence chain of the reports in the workspace. */
export const action = defineAction({
  inputs: { plan: text.default("ithaca.yaml"), vault: flag },
  async run(context, { plan, vault }) {
    if (vault) requireSecrets(context.environment, vaultSecrets);
    const outcome = await verifyReports(context, { plan, vault });
    const { verdict, chains, findings, notes } = outcome;
    const error = sentence(outcome);
    const rows = findings.map(({ kind, path, why }) => [kind, path, why]);
    return {
      outputs: { verdict, error },
      summary: [
        table(
          verdict === "intact" ? "The reports are as they were published" : error,
          ["chain", "links", "files"],
          chains.map(({ database, sequence, files }) => [database, String(sequence), String(files)]),
        ),
        ...(rows.length === 0 ? [] : [table("What was changed", ["", "file", "why"], rows)]),
        ...notes.map((note) => `${note}\n`),
      ].join("\n"),
      exitCode: exitCodes[verdict],
    };
  },
});

if (import.meta.main) await runAction(action);
