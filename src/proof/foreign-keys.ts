import { quoteIdentifier } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";
import { proofSql } from "./sql.ts";

/** A foreign key as sql/proof/foreign-keys.sql lists it. */
export interface ForeignKey {
  readonly name: string;
  readonly child: string;
  readonly parent: string;
  readonly child_only: boolean;
  readonly parent_only: boolean;
  readonly match_full: boolean;
  /** Validated and enforced: the database promises that it holds. */
  readonly binding: boolean;
  /** With PERIOD: what must be covered is a range of time, not a row. */
  readonly temporal: boolean;
  readonly pairs: readonly {
    readonly child: string;
    readonly parent: string;
    readonly type: string;
    readonly operator: string;
    readonly collation: string | null;
  }[];
}

/** Rows that break a foreign key. */
export interface Violations {
  readonly total: number;
  /** There are more keys than are shown. */
  readonly more: boolean;
  /** Some of the dangling keys, part by part; null for a part that is NULL. */
  readonly keys: readonly (readonly (string | null)[])[];
}

/** So many dangling keys are shown for each constraint. */
const shownKeys = 5;

/** Lists the foreign keys of the database, by table and name. */
export async function listForeignKeys(session: Session): Promise<ForeignKey[]> {
  return session.query<ForeignKey & Record<string, unknown>>(await proofSql("foreign-keys.sql"));
}

/**
 * The rows that the constraint's own triggers would refuse. A key with a NULL in it refers to nothing and is let through
 * (MATCH SIMPLE), unless the constraint says that it must be NULL as a whole or not at all (MATCH FULL).
 */
function violationsSql(key: ForeignKey): string {
  const from = (only: boolean, table: string) => (only ? `ONLY ${table}` : table);
  const columns = key.pairs.map(({ child }) => `c.${quoteIdentifier(child)}`);
  const complete = columns.map((column) => `${column} IS NOT NULL`).join(" AND ");
  const partial = `(${columns.map((column) => `${column} IS NOT NULL`).join(" OR ")}) AND NOT (${complete})`;
  const matches = key.pairs.map(({ child, parent, operator, collation }) => {
    const value = `c.${quoteIdentifier(child)}${collation === null ? "" : ` COLLATE ${collation}`}`;
    return `p.${quoteIdentifier(parent)} ${operator} ${value}`;
  });
  const dangling = `${complete} AND NOT EXISTS (
    SELECT FROM ${from(key.parent_only, key.parent)} AS p WHERE ${matches.join(" AND ")})`;
  const broken = key.match_full ? `(${dangling}) OR (${partial})` : dangling;
  const parts = columns.map((column) => `CASE WHEN ${column} IS NOT NULL THEN format('%s', ${column}) END`);
  return `SELECT keys.key, sum(keys.rows) OVER ()::text AS total
    FROM (SELECT ARRAY[${parts.join(", ")}]::text[] AS key, count(*) AS rows
            FROM ${from(key.child_only, key.child)} AS c WHERE ${broken} GROUP BY 1) AS keys
    ORDER BY keys.key LIMIT ${shownKeys + 1}`;
}

/** Asks a foreign key's question again, over every row. */
export async function findViolations(session: Session, key: ForeignKey): Promise<Violations> {
  const rows = await session.query<{ key: (string | null)[]; total: string }>(violationsSql(key));
  const keys = rows.slice(0, shownKeys).map((row) => row.key);
  return { total: Number(rows[0]?.total ?? 0), more: rows.length > shownKeys, keys };
}
