import { spellAmount, spellCount } from "../../base/spell.ts";
import type { Census } from "../../census/types.ts";
import { stillCounts } from "../../plan/exceptions.ts";
import { compareTables } from "../compare-tables.ts";
import { describeFailure } from "../failure.ts";
import { leftOutRelations } from "../left-out.ts";
import { evaluateMatview } from "../matview.ts";
import { canonical } from "../names.ts";
import { judge } from "../outcome.ts";
import type { Check, CheckOutcome, Finding, NotCovered, ProofContext } from "../types.ts";

/** Whether the plan's excuse for not hashing a table has run out. */
function excuseExpired({ database, now }: ProofContext): (table: string) => boolean {
  const expired = database.census.exclude.filter((excuse) => !stillCounts(excuse, now));
  const names = new Set(expired.map(({ table }) => canonical(table)));
  return (table) => names.has(canonical(table));
}

interface MatviewEvidence {
  readonly findings: Finding[];
  readonly unproven: string[];
  readonly notCovered: NotCovered[];
}

/**
 * A dump holds a materialized view's definition, not its rows: the restore refreshed it, and its source may have been
 * stale. So the rows that differ from the source's must be what the definition gives on the copy.
 */
async function judgeMatviews(names: readonly string[], { session }: ProofContext): Promise<MatviewEvidence> {
  const evidence: MatviewEvidence = { findings: [], unproven: [], notCovered: [] };
  const notCarried = (name: string, why: string) => {
    evidence.notCovered.push({ what: `Rows of the materialized view ${name}`, why });
  };
  for (const name of names) {
    try {
      const state = await evaluateMatview(session, name);
      if (state === "as-defined") {
        notCarried(name, "the source's were stale: a dump does not carry them, and the restore refreshed the copy's");
      } else if (state === "may-differ") {
        notCarried(
          name,
          "its definition reads differently at another time, so neither side's rows can be re-evaluated",
        );
      } else {
        const [expected, actual] = [
          "what its definition gives on the copy",
          state === "missing" ? state : "other rows",
        ];
        evidence.findings.push({ object: name, attribute: "content", expected, actual });
      }
    } catch (thrown) {
      evidence.unproven.push(`the materialized view ${name} could not be re-evaluated: ${describeFailure(thrown)}`);
    }
  }
  return evidence;
}

/**
 * A backup without a table equals any copy without one. More often than not it is of the wrong database, or its scope
 * leaves out too much: where it is right, an exception of the plan says so.
 */
function nothingCompared({ tables, inventory }: Census): Finding[] {
  const counted = Object.values(tables).some(({ kind }) => kind !== "extension-table");
  // Of a sample every definition is there, but not every table's rows.
  const defined = inventory.some(({ kind, attributes }) =>
    kind === "table" ? attributes.kind !== "foreign table" : kind === "matview",
  );
  if (counted || defined) return [];
  return [{ object: "database", attribute: "tables", expected: "at least one", actual: "none in the backup" }];
}

/** Every table of the census: there, with every row, and every row the same. */
export const dataEquality: Check = {
  id: "data.equality",
  title: "Every row of every table is the source's",
  async run(context: ProofContext): Promise<CheckOutcome> {
    const { expected, copy, hashKey } = context;
    const tables = compareTables(expected.tables, copy.tables, {
      hashKey,
      excuseExpired: excuseExpired(context),
      leftOut: leftOutRelations(context),
    });
    const matviews = await judgeMatviews(tables.refreshed, context);
    const all = Object.values(expected.tables);
    const rows = all.reduce((sum, table) => sum + table.rows, 0);
    const findings = [...nothingCompared(expected), ...tables.findings, ...matviews.findings];
    const notCovered = [...tables.notCovered, ...matviews.notCovered];
    const equal = [
      `${spellAmount(tables.equal.tables, "table")}, ${spellAmount(tables.equal.rows, "row")} equal`,
      // Else a reader would look for what is missing between the two numbers of tables.
      ...(notCovered.length === 0 ? [] : [`${spellCount(notCovered.length)} not covered`]),
    ].join("; ");
    return judge({
      expected: `${spellAmount(all.length, "table")}, ${spellAmount(rows, "row")}`,
      actual: findings.length === 0 ? equal : `${equal}; ${spellAmount(findings.length, "difference")}`,
      findings,
      unproven: [...tables.unproven, ...matviews.unproven],
      notCovered,
    });
  },
};
