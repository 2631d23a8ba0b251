import { spellAmount } from "../../base/spell.ts";
import { compareInventories } from "../../census/compare-inventory.ts";
import { unreadKind } from "../../census/inventory.ts";
import type { Census, Difference } from "../../census/types.ts";
import { judge } from "../outcome.ts";
import { publicPair } from "../public-form.ts";
import { isSkipped } from "../skipped-definitions.ts";
import type { Check, CheckOutcome, Finding, ProofContext } from "../types.ts";

/** A difference as the report may show it. */
function toFinding({ kind, object, attribute, change, expected, actual, folded = 0 }: Difference): Finding {
  const name = `${kind.replaceAll("-", " ")} ${object}`;
  const others = folded === 0 ? "" : `, and ${spellAmount(folded, "object")} with it`;
  if (change === "missing") {
    return { object: name, attribute: "definition", expected: "present", actual: `missing${others}` };
  }
  if (change === "extra")
    return { object: name, attribute: "definition", expected: "absent", actual: `present${others}` };
  return { object: name, attribute, ...publicPair(attribute, expected, actual) };
}

/** Kinds that could be read on the source and not on the copy: of these nothing is proved. */
function unreadOnCopy(expected: Census, copy: Census): string[] {
  const unread = (census: Census) => census.inventory.filter(({ kind }) => kind === unreadKind).map(({ name }) => name);
  const source = new Set(unread(expected));
  return unread(copy).filter((kind) => !source.has(kind));
}

/** A name as `quote_ident` writes it, and as it is: the restore's and the inventory's names need not quote alike. */
function bothForms(name: string): string[] {
  return [name, `"${name.replaceAll('"', '""')}"`];
}

/**
 * Every object of the catalog with everything that makes it what it is. The report names objects and attributes; of a
 * definition it shows a digest, since a function's body or a default may hold what nobody else should read.
 */
export const definitionsEquality: Check = {
  id: "definitions.equality",
  title: "Every definition is the source's",
  run({ expected, copy, restoreSkipped }: ProofContext): CheckOutcome {
    const extensions = restoreSkipped
      .filter(({ kind }) => kind === "extension")
      .flatMap(({ object }) => bothForms(object));
    const { differences, notCovered } = compareInventories(expected.inventory, copy.inventory, {
      expectedVersion: expected.server_version_num,
      actualVersion: copy.server_version_num,
      skippedExtensions: extensions,
    });
    const findings = differences.filter((difference) => !isSkipped(difference, restoreSkipped)).map(toFinding);
    const total = spellAmount(expected.inventory.filter(({ kind }) => kind !== unreadKind).length, "definition");
    return judge({
      expected: total,
      actual: findings.length === 0 ? `${total} equal` : spellAmount(findings.length, "difference"),
      findings,
      unproven: unreadOnCopy(expected, copy).map(
        (kind) => `${kind.replaceAll("-", " ")} could not be read on the copy`,
      ),
      notCovered,
    });
  },
};
