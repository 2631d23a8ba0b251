import { spellAmount } from "../../base/spell.ts";
import { listed } from "../../census/listed.ts";
import { judge, notApplicable } from "../outcome.ts";
import type { Check, CheckOutcome, ProofContext } from "../types.ts";

const depth = {
  light: "tables page by page, indexes by their order",
  full: "tables with all values, indexes entry by entry",
} as const;

/** PostgreSQL's own examination of pages finds nothing wrong with what the copy's tables and indexes are stored in. */
export const physicalAmcheck: Check = {
  id: "physical.amcheck",
  title: "Every page of the copy is sound",
  async run({ examine }: ProofContext): Promise<CheckOutcome> {
    const found = await examine();
    if (found === null) {
      const why = "the server has no extension amcheck: install the package postgresql-contrib of its major there";
      return notApplicable("The pages of tables and indexes", why);
    }
    const { level, findings, unproven, looked, unknown } = found;
    const total = `${spellAmount(looked.tables, "table")} and ${spellAmount(looked.indexes, "index", "indexes")}`;
    const methods = [...unknown].map(([method, count]) => `${count} ${method}`);
    return judge({
      expected: `${total} sound`,
      actual:
        findings.length === 0 ? `${total} sound (${depth[level]})` : spellAmount(findings.length, "corrupt object"),
      findings,
      unproven,
      notCovered:
        methods.length === 0
          ? []
          : [
              {
                what: `The pages of other kinds of tables and indexes: ${listed(methods)}`,
                why: "amcheck of this server does not know their kind",
              },
            ],
    });
  },
};
