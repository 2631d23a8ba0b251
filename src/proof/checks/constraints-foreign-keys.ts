import { spellAmount } from "../../base/spell.ts";
import { oneByOneIfNeeded } from "../constraints/batches.ts";
import { describeFailure } from "../failure.ts";
import {
  type ForeignKey,
  findViolations,
  groupForeignKeys,
  listForeignKeys,
  type Violations,
} from "../foreign-keys.ts";
import { publicKey } from "../keys.ts";
import { canonical } from "../names.ts";
import { judge, notApplicable } from "../outcome.ts";
import { inReadOnly } from "../read-only.ts";
import type { Check, CheckOutcome, Finding, NotCovered, ProofContext } from "../types.ts";

function describeKeys(key: ForeignKey, { total, more, keys }: Violations, hashKey: Buffer): string {
  const shown = keys.map((parts) =>
    publicKey(
      parts.map((value, index) => ({ value, type: key.pairs[index]?.type ?? "unknown" })),
      hashKey,
    ),
  );
  return `${spellAmount(total, "row")} without one: ${shown.join("; ")}${more ? "; ..." : ""}`;
}

const nameOf = ({ name, child }: ForeignKey) => `${name} on ${child}`;

/** Why a foreign key cannot be asked again on this copy; null where it can. */
function whyNotAsked(key: ForeignKey, withoutRows: ReadonlySet<string>): string | null {
  if (key.temporal) return "it covers periods of time, whose cover is not looked at again";
  const left = [key.child, key.parent].find((table) => withoutRows.has(canonical(table)));
  return left === undefined ? null : `the plan leaves the rows of ${left} out of the backup`;
}

/**
 * Every foreign key holds on the copy, row by row. That the catalog calls one valid proves nothing after a load under
 * `session_replication_role = replica`, nor on a source where its triggers were switched off for a while.
 */
export const constraintsForeignKeys: Check = {
  id: "constraints.foreign_keys",
  title: "Every foreign key holds, row by row",
  async run({ session, manifest, hashKey, within }: ProofContext): Promise<CheckOutcome> {
    const listed = await listForeignKeys(session);
    const keys = listed.filter(({ child }) => within === undefined || within.has(canonical(child)));
    if (keys.length === 0) return notApplicable("Foreign keys", "the database has none");
    const withoutRows = new Set(manifest.scope.excludedRows.map(canonical));
    const findings: Finding[] = [];
    const unproven: string[] = [];
    const notCovered: NotCovered[] = [];
    const asked = keys.filter((key) => {
      const why = whyNotAsked(key, withoutRows);
      if (why !== null) notCovered.push({ what: `Foreign key ${nameOf(key)}`, why });
      return why === null;
    });
    const answers = new Map<ForeignKey, Violations>();
    const ask = (group: readonly ForeignKey[]) => inReadOnly(session, {}, () => findViolations(session, group));
    for (const group of groupForeignKeys(asked)) {
      const answered = await oneByOneIfNeeded(group, ask, (key, thrown) => {
        unproven.push(`${nameOf(key)} could not be looked at: ${describeFailure(thrown)}`);
      });
      for (const [key, violations] of answered) answers.set(key, violations);
    }
    for (const key of asked) {
      const violations = answers.get(key);
      // Of one that could not be asked `unproven` has told already.
      if (violations === undefined || violations.total === 0) continue;
      // NOT VALID and NOT ENFORCED promise nothing about the rows that are there.
      if (!key.binding) {
        const what = `Foreign key ${nameOf(key)}: ${spellAmount(violations.total, "row")} without a match`;
        notCovered.push({ what, why: "the source never promised that it holds: it is NOT VALID or NOT ENFORCED" });
        continue;
      }
      findings.push({
        object: key.child,
        attribute: key.name,
        expected: `a row of ${key.parent} for each`,
        actual: describeKeys(key, violations, hashKey),
      });
    }
    const total = spellAmount(keys.length, "foreign key");
    return judge({
      expected: total,
      actual: findings.length === 0 ? `${total} looked at, none broken` : `${findings.length} of ${total} broken`,
      findings,
      unproven,
      notCovered,
    });
  },
};
