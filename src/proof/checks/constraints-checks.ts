import { spellAmount } from "../../base/spell.ts";
import { inBatches, oneByOneIfNeeded } from "../constraints/batches.ts";
import { countBroken } from "../constraints/count-broken.ts";
import { listRuledTables } from "../constraints/row-rules.ts";
import { describeFailure } from "../failure.ts";
import { judge, notApplicable } from "../outcome.ts";
import { inReadOnly } from "../read-only.ts";
import type { Check, CheckOutcome, Finding, NotCovered, ProofContext } from "../types.ts";

/**
 * What the catalog promises about each row holds on the copy, asked of every row again: CHECK constraints of tables and
 * of domains, NOT NULL, bounds of partitions, and that a stored generated column is what its expression gives. A
 * constraint that calls a function is asked as it is: that function may read other tables.
 */
export const constraintsChecks: Check = {
  id: "constraints.checks",
  title: "Every row keeps the rules of its table",
  async run({ session }: ProofContext): Promise<CheckOutcome> {
    const tables = await inReadOnly(session, {}, () => listRuledTables(session));
    const ruled = tables.filter(({ rules }) => rules.length > 0);
    if (ruled.length === 0) return notApplicable("Rules of single rows", "no table has any");
    const findings: Finding[] = [];
    const unproven: string[] = [];
    const notCovered: NotCovered[] = tables.flatMap(({ table, opaque }) =>
      opaque.map((column) => ({
        what: `Domains within ${table}, column ${column}`,
        why: "the bounds of a range are not taken out of it",
      })),
    );
    for (const batch of inBatches(ruled)) {
      const broken = await oneByOneIfNeeded(
        batch,
        (items) => countBroken(session, items),
        ({ table }, thrown) => unproven.push(`the rows of ${table} could not be looked at: ${describeFailure(thrown)}`),
      );
      for (const { table, rule, rows } of broken) {
        const actual = `${spellAmount(rows, "row")} ${rows === 1 ? "breaks" : "break"} it`;
        if (rule.binding) findings.push({ object: table, attribute: rule.name, expected: rule.expected, actual });
        else {
          const why = "the source never promised that it holds: it is NOT VALID or NOT ENFORCED";
          notCovered.push({ what: `${rule.name} on ${table}: ${actual}`, why });
        }
      }
    }
    const total = spellAmount(
      ruled.reduce((sum, { rules }) => sum + rules.reduce((each, { parts }) => each + (parts?.length ?? 1), 0), 0),
      "rule",
    );
    const of = `${total} of ${spellAmount(ruled.length, "table")}`;
    return judge({
      expected: of,
      actual: findings.length === 0 ? `${of} looked at, none broken` : `${findings.length} of ${total} broken`,
      findings,
      unproven,
      notCovered,
    });
  },
};
