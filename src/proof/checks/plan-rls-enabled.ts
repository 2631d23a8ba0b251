import { spellAmount } from "../../base/spell.ts";
import { judge, notApplicable } from "../outcome.ts";
import { rlsFindings } from "../rls.ts";
import type { Check, CheckOutcome, ProofContext } from "../types.ts";

/** Row level security is on, on the copy, for every table that the plan names. */
export const planRlsEnabled: Check = {
  id: "plan.rls_enabled",
  title: "Row level security is on where the plan demands it",
  async run({ database, session }: ProofContext): Promise<CheckOutcome> {
    const tables = database.rls_tables;
    if (tables.length === 0) return notApplicable("Row level security by the plan", "the plan names no rls_tables");
    const findings = await rlsFindings(session, tables);
    const total = spellAmount(tables.length, "table");
    return judge({
      expected: `on for ${total}`,
      actual: `on for ${findings.length === 0 ? total : `${tables.length - findings.length} of ${total}`}`,
      findings,
    });
  },
};
