import { randomInt } from "node:crypto";
import { quoteIdentifier } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";
import { relationFinder } from "./names.ts";
import type { Relation } from "./relations.ts";
import { rowText } from "./row-hash.ts";
import { searchable } from "./searchable.ts";
import { censusSql } from "./sql.ts";
import type { RowSample } from "./types.ts";

const columnsSql = censusSql("columns");
const columnSql = censusSql("column");

/** The plan's smoke table. */
export interface SmokeTable {
  readonly table: string;
  readonly key: string;
  readonly rows: number;
}

interface Located {
  readonly from: string;
  readonly columns: string;
  readonly key: string;
  readonly type: string;
}

async function locate(session: Session, relations: readonly Relation[], smoke: SmokeTable): Promise<Located | null> {
  const relation = relationFinder(relations)(smoke.table);
  if (relation === undefined || !"rpm".includes(relation.kind) || !relation.populated) return null;
  const [column] = await session.query<{ type: string }>(columnSql, [relation.oid, smoke.key]);
  const [row] = await session.query<{ columns: string }>(columnsSql, [[relation.oid]]);
  if (column === undefined || row === undefined) return null;
  // A partitioned table has no rows but its partitions'; any other table is read without its children.
  const from = relation.kind === "p" ? relation.qualified : `ONLY ${relation.qualified}`;
  return { from, columns: row.columns, key: quoteIdentifier(smoke.key), type: column.type };
}

/**
 * Picks random rows of the plan's smoke table by their keys. null where there is no such table or column.
 */
export async function chooseKeys(
  session: Session,
  relations: readonly Relation[],
  smoke: SmokeTable,
  seed: number = randomInt(2 ** 47),
): Promise<string[] | null> {
  const found = await locate(session, relations, smoke);
  if (found === null) return null;
  const rows = await session.query<{ key: string }>(
    `SELECT DISTINCT q.key FROM (
       SELECT ${found.key}::text AS key FROM ${found.from} WHERE ${found.key} IS NOT NULL
       ORDER BY pg_catalog.hashtextextended(${found.key}::text COLLATE "C", $1::bigint) LIMIT $2
     ) AS q`,
    [seed, smoke.rows],
  );
  return rows.map((row) => row.key).sort();
}

/**
 * Reads rows by key and hashes each. A key that is not there is not in the answer; rows that share a key are hashed
 * together.
 */
export async function readSamples(
  session: Session,
  relations: readonly Relation[],
  smoke: SmokeTable,
  keys: readonly string[],
): Promise<RowSample[]> {
  const found = await locate(session, relations, smoke);
  if (found === null || keys.length === 0) return [];
  const matches = searchable.has(found.type)
    ? `${found.key} = ANY ($1::pg_catalog.text[]::${found.type}[])`
    : `${found.key}::text COLLATE "C" = ANY ($1::pg_catalog.text[])`;
  const rows = await session.query<{ key: string; hash: string }>(
    `SELECT q.key, sum(pg_catalog.hashtextextended(q.v, 0)) || ':' || sum(pg_catalog.hashtextextended(q.v, 1)) AS hash
     FROM (
       SELECT ${found.key}::text AS key, ${rowText(found.columns)} AS v FROM ${found.from} WHERE ${matches} OFFSET 0
     ) AS q GROUP BY q.key`,
    [keys],
  );
  return rows.map(({ key, hash }) => ({ table: smoke.table, key, hash })).sort((a, b) => (a.key < b.key ? -1 : 1));
}
