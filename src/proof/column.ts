import type { Session } from "../postgres/types.ts";
import { parseQualified } from "./names.ts";
import { proofSql } from "./sql.ts";

/** What a column's values are. */
export interface Column {
  /** Where the operators of its type live. */
  readonly operator_schema: string;
  /** Its type as PostgreSQL names it; of a domain, the base type. */
  readonly type: string;
}

/** Looks a column up; undefined where there is no such table or column. */
export async function findColumn(session: Session, table: string, column: string): Promise<Column | undefined> {
  const { schema, name } = parseQualified(table);
  const rows = await session.query<Column & Record<string, unknown>>(await proofSql("column.sql"), [
    schema,
    name,
    column,
  ]);
  return rows[0];
}
