import { spellAmount } from "../../base/spell.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { findColumn } from "../column.ts";
import { describeFailure } from "../failure.ts";
import { publicKey } from "../keys.ts";
import { parseQualified, toSql } from "../names.ts";
import { judge, notApplicable } from "../outcome.ts";
import { inReadOnly } from "../read-only.ts";
import type { Check, CheckOutcome, Finding, ProofContext } from "../types.ts";

type OrphanCheck = DatabasePlan["orphans"][number];

/** So many dangling keys are shown for each reference. */
const shownKeys = 5;

/** The rows whose reference leads nowhere. NULL leads nowhere on purpose. */
function antiJoin({ table, column: child, references, key }: OrphanCheck): string {
  const [childColumn, parentKey] = [quoteIdentifier(child), quoteIdentifier(key)];
  return `SELECT c.${childColumn}::text AS value, count(*)::text AS rows, sum(count(*)) OVER ()::text AS total
    FROM ${toSql(parseQualified(table))} AS c
    WHERE c.${childColumn} IS NOT NULL
      AND NOT EXISTS (SELECT FROM ${toSql(parseQualified(references))} AS p WHERE p.${parentKey} = c.${childColumn})
    GROUP BY c.${childColumn} ORDER BY 1 LIMIT ${shownKeys + 1}`;
}

/** Looks for the orphans of one reference; gives findings, one per dangling key shown. */
async function orphansOf(check: OrphanCheck, { session, hashKey }: ProofContext): Promise<Finding[]> {
  const [from, to] = [
    await findColumn(session, check.table, check.column),
    await findColumn(session, check.references, check.key),
  ];
  const expected = `a row of ${check.references}`;
  if (from === undefined || to === undefined) {
    const object = from === undefined ? check.table : check.references;
    const attribute = from === undefined ? check.column : check.key;
    return [{ object, attribute, expected: "present", actual: "no such table or column" }];
  }
  // The operators of an extension's type live where the type does.
  const searchPath = [...new Set([from.operator_schema, to.operator_schema])];
  const rows = await inReadOnly(session, { searchPath }, () =>
    session.query<{ value: string; rows: string; total: string }>(antiJoin(check)),
  );
  const [first] = rows;
  if (first === undefined) return [];
  const keys = rows
    .slice(0, shownKeys)
    .map(({ value }) => publicKey([{ value, type: from.type }], hashKey))
    .join(", ");
  const more = rows.length > shownKeys ? ", ..." : "";
  const actual = `${spellAmount(Number(first.total), "orphan")}: ${keys}${more}`;
  return [{ object: check.table, attribute: check.column, expected, actual }];
}

/** The plan's references hold on the copy, whether or not a foreign key says so. */
export const planOrphans: Check = {
  id: "plan.orphans",
  title: "No record points to one that is not there",
  async run(context: ProofContext): Promise<CheckOutcome> {
    const checks = context.database.orphans;
    if (checks.length === 0) return notApplicable("Orphaned records", "the plan names no orphans to look for");
    const findings: Finding[] = [];
    const unproven: string[] = [];
    for (const check of checks) {
      try {
        findings.push(...(await orphansOf(check, context)));
      } catch (thrown) {
        unproven.push(`${check.table}.${check.column} could not be looked at: ${describeFailure(thrown)}`);
      }
    }
    const references = checks.map(({ table, column: name, references: parent }) => `${table}.${name} in ${parent}`);
    return judge({
      expected: references.join(", "),
      actual:
        findings.length === 0
          ? `0 orphans of ${spellAmount(checks.length - unproven.length, "reference")}`
          : `orphans of ${findings.length} of ${spellAmount(checks.length, "reference")}`,
      findings,
      unproven,
    });
  },
};
