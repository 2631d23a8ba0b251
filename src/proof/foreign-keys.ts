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

/** So many foreign keys share a query at most. */
const mostTogether = 40;

/**
 * Foreign keys that one query can ask about, in their order: those that refer to the same columns of one table in the
 * same way. That table is then read once, and not once for each.
 */
export function groupForeignKeys(keys: readonly ForeignKey[]): ForeignKey[][] {
  const way = ({ parent, parent_only, match_full, pairs }: ForeignKey) =>
    JSON.stringify([parent, parent_only, match_full, pairs.map(({ child: _, ...rest }) => rest)]);
  return [...Map.groupBy(keys, way).values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / mostTogether) }, (_, part) =>
      group.slice(part * mostTogether, (part + 1) * mostTogether),
    ),
  );
}

/** The referring rows of one foreign key, their columns as `k1`, `k2`, ...; rows that refer to nothing are not among them. */
function referringSql({ child, child_only, match_full, pairs }: ForeignKey, place: number): string {
  const columns = pairs.map((pair) => `c.${quoteIdentifier(pair.child)}`);
  const some = columns.map((column) => `${column} IS NOT NULL`).join(match_full ? " OR " : " AND ");
  const keys = columns.map((column, index) => `${column} AS k${index + 1}`).join(", ");
  return `SELECT ${place} AS place, ${keys} FROM ${child_only ? `ONLY ${child}` : child} AS c WHERE ${some}`;
}

/**
 * The rows that the constraints' own triggers would refuse. A key with a NULL in it refers to nothing and is let through
 * (MATCH SIMPLE), unless the constraint says that it must be NULL as a whole or not at all (MATCH FULL).
 */
function violationsSql(keys: readonly [ForeignKey, ...ForeignKey[]]): string {
  const [{ parent, parent_only, match_full, pairs }] = keys;
  const columns = pairs.map((_, index) => `c.k${index + 1}`);
  const matches = pairs.map(({ parent: column, operator, collation }, index) => {
    const value = `${columns[index]}${collation === null ? "" : ` COLLATE ${collation}`}`;
    return `p.${quoteIdentifier(column)} ${operator} ${value}`;
  });
  const dangling = `NOT EXISTS (
    SELECT FROM ${parent_only ? `ONLY ${parent}` : parent} AS p WHERE ${matches.join(" AND ")})`;
  // Of MATCH FULL the rows are here of which some column is not NULL, and a NULL beside it is a fault already.
  const broken = match_full ? `${columns.map((column) => `${column} IS NULL`).join(" OR ")} OR ${dangling}` : dangling;
  const parts = columns.map((column) => `CASE WHEN ${column} IS NOT NULL THEN pg_catalog.format('%s', ${column}) END`);
  return `SELECT place, key, total FROM (
      SELECT place, key, sum(rows) OVER (PARTITION BY place)::text AS total,
        row_number() OVER (PARTITION BY place ORDER BY key) AS number
        FROM (SELECT c.place, ARRAY[${parts.join(", ")}]::text[] AS key, count(*) AS rows
                FROM (${keys.map(referringSql).join("\nUNION ALL\n")}) AS c WHERE ${broken} GROUP BY 1, 2) AS keys
    ) AS numbered
    WHERE number <= ${shownKeys + 1} ORDER BY place, number`;
}

/**
 * Asks the question of foreign keys again, over every row.
 *
 * @param keys of one group
 * @returns each of them with what breaks it, in their order
 */
export async function findViolations(
  session: Session,
  keys: readonly ForeignKey[],
): Promise<(readonly [ForeignKey, Violations])[]> {
  const [first, ...others] = keys;
  if (first === undefined) return [];
  type Row = { place: number; key: (string | null)[]; total: string };
  const found = Map.groupBy(await session.query<Row>(violationsSql([first, ...others])), ({ place }) => place);
  return keys.map((key, place) => {
    const rows = found.get(place) ?? [];
    const shown = rows.slice(0, shownKeys).map((row) => row.key);
    return [key, { total: Number(rows[0]?.total ?? 0), more: rows.length > shownKeys, keys: shown }];
  });
}
