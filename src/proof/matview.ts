import { quoteIdentifier } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";
import { parseQualified, toSql } from "./names.ts";
import { inReadOnly } from "./read-only.ts";
import { proofSql } from "./sql.ts";

interface Definition {
  readonly definition: string;
  readonly columns: readonly string[] | null;
  readonly may_change: boolean;
}

interface Content {
  readonly rows: string;
  readonly hash: string | null;
}

/** Rows and an order-free hash of `relation`, over exactly these columns; each is named, so that no alias can be one. */
async function readContent(session: Session, relation: string, columns: readonly string[]) {
  const row = columns.map((column) => `x.${quoteIdentifier(column)}`).join(", ");
  const [content] = await session.query<Content & Record<string, unknown>>(`SELECT count(*)::text AS rows,
    sum(hashtextextended(ROW(${row})::text, 0)) || ':' || sum(hashtextextended(ROW(${row})::text, 1)) AS hash
    FROM ${relation} AS x`);
  return content;
}

/** How what a materialized view stores stands to its own definition, evaluated now. */
export type MatviewState = "as-defined" | "differs" | "may-differ" | "missing";

/**
 * Evaluates a materialized view's definition on the copy, as the copy's own sessions would, and compares the result with
 * the rows that it stores.
 * `may-differ`: they differ, but the definition depends on when or by whom it is evaluated.
 */
export async function evaluateMatview(session: Session, name: string): Promise<MatviewState> {
  const { schema, name: relation } = parseQualified(name);
  const [found] = await session.query<Definition & Record<string, unknown>>(await proofSql("matview-definition.sql"), [
    schema,
    relation,
  ]);
  if (found === undefined) return "missing";
  const columns = found.columns ?? [];
  const query = found.definition.trim().replace(/;$/, "");
  const names = columns.map(quoteIdentifier).join(", ");
  const [stored, evaluated] = await inReadOnly(session, { ownValues: true }, async () => [
    await readContent(session, toSql({ schema, name: relation }), columns),
    await readContent(session, `(SELECT * FROM (${query}\n) AS d${names === "" ? "" : `(${names})`})`, columns),
  ]);
  const same = stored?.rows === evaluated?.rows && stored?.hash === evaluated?.hash;
  if (same) return "as-defined";
  return found.may_change ? "may-differ" : "differs";
}
