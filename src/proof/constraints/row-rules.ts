import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { proofSql } from "../sql.ts";
import { rulesOfValue, type ValueTypes, valueTypes } from "./value-rules.ts";

/** Something that must hold for each row of a table by itself. */
export interface RowRule {
  /** The constraint or the column, for people. */
  readonly name: string;
  /** What a row must be, for people. */
  readonly expected: string;
  /** SQL over the table's columns that is true for a row that breaks the rule. */
  readonly broken: string;
  /** Whether the database promises it: NOT VALID and NOT ENFORCED promise nothing about the rows that are there. */
  readonly binding: boolean;
  /** Rules that are asked together, and one by one only where a row breaks any of them. */
  readonly parts?: readonly RowRule[];
}

/** A table with all its rules. */
export interface RuledTable {
  readonly table: string;
  readonly bytes: number;
  readonly rules: readonly RowRule[];
  /** Columns of which a part is not looked into, and why. */
  readonly opaque: readonly string[];
}

interface Listed {
  readonly table: string;
  readonly bytes: number;
  readonly bound: string | null;
  readonly checks: readonly { readonly name: string; readonly expression: string; readonly binding: boolean }[];
  readonly not_null: readonly { readonly column: string; readonly binding: boolean }[];
  readonly generated: readonly { readonly column: string; readonly type: string; readonly expression: string }[];
  readonly typed: readonly { readonly column: string; readonly type: number }[];
}

/** A function of PostgreSQL takes a hundred arguments. */
const mostArguments = 100;

/**
 * NOT NULL is asked by num_nulls: a planner may take `IS NULL` of such a column as false without looking, and of a
 * composite value `IS NULL` asks something else. One call for many columns costs a fraction of a call for each.
 */
function notNullRules(columns: Listed["not_null"]): RowRule[] {
  const rule = (names: readonly string[], binding: boolean): RowRule => ({
    name: names.join(", "),
    expected: "NOT NULL",
    broken: `num_nulls(${names.map(quoteIdentifier).join(", ")}) > 0`,
    binding,
  });
  const promised = columns.filter(({ binding }) => binding).map(({ column }) => column);
  const groups: string[][] = [];
  for (let from = 0; from < promised.length; from += mostArguments) {
    groups.push(promised.slice(from, from + mostArguments));
  }
  return [
    ...groups.map((names) => ({ ...rule(names, true), parts: names.map((name) => rule([name], true)) })),
    ...columns.filter(({ binding }) => !binding).map(({ column }) => rule([column], false)),
  ];
}

function rulesOf(listed: Listed, types: ValueTypes): RuledTable {
  const rules: RowRule[] = [
    ...notNullRules(listed.not_null),
    // A CHECK lets a row through whose condition is NULL.
    ...listed.checks.map(({ name, expression, binding }) => {
      return { name, expected: "its CHECK in every row", broken: `(${expression}) IS FALSE`, binding };
    }),
    // Not every type has an equality; the text says all that a value is.
    ...listed.generated.map(({ column, type, expression }) => {
      const broken = `${quoteIdentifier(column)}::text IS DISTINCT FROM (${expression})::${type}::text`;
      return { name: column, expected: "what its generation expression gives", broken, binding: true };
    }),
  ];
  if (listed.bound !== null) {
    const broken = `(${listed.bound}) IS FALSE`;
    rules.push({ name: "partition bound", expected: "only rows within it", broken, binding: true });
  }
  const opaque: string[] = [];
  for (const { column, type } of listed.typed) {
    const found = rulesOfValue(types, type, quoteIdentifier(column));
    rules.push(...found.rules.map((rule) => ({ ...rule, name: `${column}: ${rule.name}` })));
    opaque.push(...found.opaque.map((name) => `${column}, of type ${name}`));
  }
  return { table: listed.table, bytes: listed.bytes, rules, opaque };
}

/** Lists the tables of the database by name, with the rules of their rows. */
export async function listRuledTables(session: Session): Promise<RuledTable[]> {
  const listed = await session.query<Listed & Record<string, unknown>>(await proofSql("row-rules.sql"));
  const types = await valueTypes(session, [...new Set(listed.flatMap(({ typed }) => typed.map(({ type }) => type)))]);
  return listed.map((one) => rulesOf(one, types));
}
