import type { Session } from "../../postgres/types.ts";
import { readingHeap } from "./reading-heap.ts";
import type { RowRule, RuledTable } from "./row-rules.ts";

/** A rule that rows of a table break. */
export interface BrokenRule {
  readonly table: string;
  readonly rule: RowRule;
  readonly rows: number;
}

/**
 * One scan of a table for all its rules. They stand in FILTER, not in WHERE: a planner may take a condition that
 * contradicts a valid constraint as false, and read nothing.
 */
function countSql({ table, rules }: Countable, index: number): string {
  const counts = rules.map(({ broken }) => `count(*) FILTER (WHERE ${broken})`);
  return `SELECT ${index} AS place, ARRAY[${counts.join(", ")}]::float8[] AS counts FROM ONLY ${table}`;
}

/** Counts the rows that break a rule, over every row of these tables. */
export async function countBroken(session: Session, tables: readonly RuledTable[]): Promise<BrokenRule[]> {
  const broken = await readingHeap(session, () => count(session, tables));
  const found: BrokenRule[] = [];
  for (const one of broken) {
    const { parts } = one.rule;
    if (parts === undefined) found.push(one);
    else found.push(...(await readingHeap(session, () => count(session, [{ table: one.table, rules: parts }]))));
  }
  return found;
}

type Countable = Pick<RuledTable, "table" | "rules">;

async function count(session: Session, tables: readonly Countable[]): Promise<BrokenRule[]> {
  const rows = await session.query<{ place: number; counts: number[] }>(tables.map(countSql).join("\nUNION ALL\n"));
  return rows.flatMap(({ place, counts }) => {
    const { table, rules } = tables[place] ?? { table: "", rules: [] };
    return rules.flatMap((rule, index) => {
      const rows = counts[index] ?? 0;
      return rows === 0 ? [] : [{ table, rule, rows }];
    });
  });
}
