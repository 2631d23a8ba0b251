import { lookUp } from "../names.ts";
import { judge, notApplicable } from "../outcome.ts";
import type { Check, CheckOutcome, Finding, ProofContext } from "../types.ts";

const grouped = new Intl.NumberFormat("en-US");

/** `public.children: 1,024, public.lessons: 327`: the counts as the report shows them. */
function countsTable(tables: readonly string[], rows: (table: string) => number | undefined): string {
  return tables
    .map((table) => [table, rows(table)] as const)
    .map(([table, count]) => `${table}: ${count === undefined ? "missing" : grouped.format(count)}`)
    .join(", ");
}

/** The plan's critical tables exist and have as many rows as the source's. */
export const planRecordCounts: Check = {
  id: "plan.record_counts",
  title: "The critical tables hold as many records as the source's",
  run({ database, expected, copy }: ProofContext): CheckOutcome {
    const tables = database.critical_tables;
    if (tables.length === 0) return notApplicable("Record counts", "the plan names no critical_tables");
    const findings: Finding[] = [];
    for (const table of tables) {
      const [source, restored] = [lookUp(expected.tables, table)?.rows, lookUp(copy.tables, table)?.rows];
      if (source === undefined) {
        const [attribute, actual] = ["table", "not in the backup"];
        findings.push({ object: table, attribute, expected: "counted on the source", actual });
      } else if (source !== restored) {
        const actual = restored === undefined ? "missing" : String(restored);
        findings.push({ object: table, attribute: "rows", expected: String(source), actual });
      }
    }
    return judge({
      expected: countsTable(tables, (table) => lookUp(expected.tables, table)?.rows),
      actual: countsTable(tables, (table) => lookUp(copy.tables, table)?.rows),
      findings,
    });
  },
};
