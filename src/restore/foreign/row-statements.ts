import type { Token } from "../sql-tokens.ts";
import { headTokens } from "./head-tokens.ts";

const copyIn = /^\s*copy\b.*\bfrom\s+stdin\s*;?\s*$/is;

/** Whether a statement is followed by rows: pg_dump's `COPY ... FROM stdin;`, without options. */
export function isCopyIn(sql: string): boolean {
  return copyIn.test(sql);
}

/** A table as COPY or INSERT names it, and the columns that it lists; null where it lists none. */
export interface RowsTarget {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[] | null;
}

/** The word itself: a table or column of that name is quoted. */
const isValues = ({ kind, value }: Token) => kind === "word" && /^values$/i.test(value);

const folded = (token: Token) => (token.kind === "word" ? token.value.toLowerCase() : token.value);

/** Reads `COPY schema.table (columns)` or `INSERT INTO schema.table (columns)`; null where it is of another shape. */
export function rowsTarget(sql: string): RowsTarget | null {
  // The values of an INSERT are of no interest here; PostgreSQL allows 1,600 columns.
  const tokens = headTokens(sql, 3_300, isValues);
  const start = /^insert$/i.test(tokens[0]?.value ?? "") ? 2 : 1;
  const [schema, dot, name, bracket] = tokens.slice(start, start + 4);
  if (schema === undefined || name === undefined || dot?.value !== "." || dot.kind !== "symbol") return null;
  if (bracket?.kind !== "symbol" || bracket.value !== "(") {
    return { schema: folded(schema), name: folded(name), columns: null };
  }
  const columns: string[] = [];
  for (const token of tokens.slice(start + 4)) {
    if (token.kind === "symbol" && token.value === ")") break;
    if (token.kind !== "symbol") columns.push(folded(token));
  }
  return { schema: folded(schema), name: folded(name), columns };
}

/** The sequence and the state that a `SELECT setval(...)` gives it; null where it is of another shape. */
export function readSetval(sql: string): { sequence: string; lastValue: string; isCalled: boolean } | null {
  const match = /^SELECT\s+pg_catalog\.setval\(\s*'((?:[^']|'')*)'\s*,\s*(-?\d+)\s*,\s*(true|false)\s*\)\s*;$/i.exec(
    sql.trim(),
  );
  if (match === null) return null;
  const [, sequence = "", lastValue = "", called = ""] = match;
  return { sequence: sequence.replaceAll("''", "'"), lastValue, isCalled: called.toLowerCase() === "true" };
}
