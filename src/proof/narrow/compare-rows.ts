import { formatSums, rowText } from "../../census/row-hash.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { columnList, type NarrowTable } from "./table.ts";

/** So many rows are named per table; all are counted. */
export const shownRows = 20;

/**
 * Rows fall into so many ranges by the hash of their key. Only those whose sums differ are joined row by row, so that
 * one lost row in ten million costs two reads of the table and a join of a few thousand rows.
 */
const ranges = 4096;

export type RowChange = "missing" | "extra" | "changed";

/** One row that is not the archive's. */
export interface RowDifference {
  readonly change: RowChange;
  /** The key's parts as text, with their types; for a row without a key, the digest of all of it. */
  readonly key: readonly { readonly value: string; readonly type: string }[];
  /** Names of the columns that differ; empty unless the row is `changed`. */
  readonly columns: readonly string[];
}

export interface RowComparison {
  readonly totals: Readonly<Record<RowChange, number>>;
  readonly rows: readonly RowDifference[];
}

interface Row extends Record<RowChange, number> {
  readonly change: RowChange;
  readonly key: readonly string[];
  readonly columns: readonly string[] | null;
}

/** Rows and hash of a query's rows, as the census writes them. */
export async function sumRows(
  session: Session,
  rowsSql: string,
  table: NarrowTable,
): Promise<{ rows: number; hash: string }> {
  const [row] = await session.query<{ rows: string; sum0: string; sum1: string }>(
    `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(q.v, 0)), 0)::text AS sum0,
       coalesce(sum(hashtextextended(q.v, 1)), 0)::text AS sum1
     FROM (SELECT ${rowText(columnList(table.columns))} AS v FROM (${rowsSql}) AS r OFFSET 0) AS q`,
  );
  const rows = Number(row?.rows ?? 0);
  return { rows, hash: formatSums({ rows, sum0: BigInt(row?.sum0 ?? 0), sum1: BigInt(row?.sum1 ?? 0) }) };
}

/** `format` uses a type's own output, which tells its values apart; a cast to text may be anybody's. */
function keyParts(key: readonly string[]): string {
  return `ARRAY[${key.map((name) => `format('%s', ${quoteIdentifier(name)})`).join(", ")}]::text[]`;
}

/** Rows as `k` (what tells them apart) and `v` (all that they hold, one text per column). */
function keyed(rowsSql: string, table: NarrowTable, key: readonly string[]): string {
  const values = table.columns.map(({ name }) => `ROW(${quoteIdentifier(name)})::text`).join(", ");
  return `SELECT ${keyParts(key)} AS k, ARRAY[${values}]::text[] AS v FROM (${rowsSql}) AS r`;
}

/** Rows of a table without a key: the digest of all that they hold, as `k`, and how often they stand there, as `n`. */
function counted(rowsSql: string, table: NarrowTable): string {
  const digest = `encode(sha256(convert_to(${rowText(columnList(table.columns))}, 'UTF8')), 'hex')`;
  return `SELECT ARRAY[${digest}] AS k, count(*) AS n FROM (${rowsSql}) AS r GROUP BY 1`;
}

const range = `(hashtextextended(k::text, 0) & ${ranges - 1})`;

/** The ranges whose rows are not the same on both sides. */
async function differingRanges(session: Session, archive: string, copy: string, value: string): Promise<string[]> {
  const side = (query: string, sign: 1 | -1) =>
    `SELECT ${range} AS range, ${sign} AS sign, hashtextextended(k::text || ${value}::text, 0)::numeric AS h0,
       hashtextextended(k::text || ${value}::text, 1)::numeric AS h1 FROM (${query}) AS rows`;
  const found = await session.query<{ range: string }>(
    `SELECT range::text FROM (${side(archive, 1)} UNION ALL ${side(copy, -1)}) AS both_sides
     GROUP BY range HAVING sum(sign) <> 0 OR sum(sign * h0) <> 0 OR sum(sign * h1) <> 0`,
  );
  return found.map((row) => row.range);
}

const totalsSql = `sum(amount) FILTER (WHERE change = 'missing') OVER () AS missing,
  sum(amount) FILTER (WHERE change = 'extra') OVER () AS extra,
  sum(amount) FILTER (WHERE change = 'changed') OVER () AS changed`;

async function compareKeyed(session: Session, archive: string, copy: string, names: readonly string[]): Promise<Row[]> {
  const touched = await differingRanges(session, archive, copy, "v");
  return session.query<Row & Record<string, unknown>>(
    `WITH a AS (SELECT * FROM (${archive}) AS x WHERE ${range} = ANY ($1::bigint[])),
          c AS (SELECT * FROM (${copy}) AS x WHERE ${range} = ANY ($1::bigint[])),
          d AS (SELECT CASE WHEN c.k IS NULL THEN 'missing' WHEN a.k IS NULL THEN 'extra' ELSE 'changed' END AS change,
                       coalesce(a.k, c.k) AS key, a.v AS av, c.v AS cv, 1 AS amount
                  FROM a FULL JOIN c ON a.k = c.k
                 WHERE a.k IS NULL OR c.k IS NULL OR a.v IS DISTINCT FROM c.v)
     SELECT change, key, ${totalsSql},
            CASE WHEN change = 'changed' THEN
              ARRAY(SELECT u.name FROM unnest($2::text[], av, cv) AS u(name, x, y) WHERE u.x IS DISTINCT FROM u.y)
            END AS columns
       FROM d ORDER BY change DESC, key LIMIT ${shownRows}`,
    [touched, names],
  );
}

async function compareCounted(session: Session, archive: string, copy: string): Promise<Row[]> {
  const touched = await differingRanges(session, archive, copy, "n");
  return session.query<Row & Record<string, unknown>>(
    `WITH a AS (SELECT * FROM (${archive}) AS x WHERE ${range} = ANY ($1::bigint[])),
          c AS (SELECT * FROM (${copy}) AS x WHERE ${range} = ANY ($1::bigint[])),
          d AS (SELECT CASE WHEN coalesce(a.n, 0) > coalesce(c.n, 0) THEN 'missing' ELSE 'extra' END AS change,
                       coalesce(a.k, c.k) AS key, abs(coalesce(a.n, 0) - coalesce(c.n, 0)) AS amount
                  FROM a FULL JOIN c ON a.k = c.k
                 WHERE a.n IS DISTINCT FROM c.n)
     SELECT change, key, ${totalsSql}, NULL::text[] AS columns
       FROM d ORDER BY change DESC, key LIMIT ${shownRows}`,
    [touched],
  );
}

/**
 * Compares the rows of a table on the copy with those of the archive: by key, or, where nothing tells two rows apart, by
 * how often each stands there. The database does the work; what comes out are keys and the names of columns.
 */
export async function compareRows(session: Session, archiveSql: string, table: NarrowTable): Promise<RowComparison> {
  const { key, columns } = table;
  const rows =
    key === null
      ? await compareCounted(session, counted(archiveSql, table), counted(table.rowsSql, table))
      : await compareKeyed(
          session,
          keyed(archiveSql, table, key),
          keyed(table.rowsSql, table, key),
          columns.map(({ name }) => name),
        );
  const types = key?.map((name) => columns.find((column) => column.name === name)?.bare_type ?? "unknown") ?? [
    "digest",
  ];
  const [first] = rows;
  const total = (change: RowChange) => Number(first?.[change] ?? 0);
  return {
    totals: { missing: total("missing"), extra: total("extra"), changed: total("changed") },
    rows: rows.map((row) => ({
      change: row.change,
      key: row.key.map((value, index) => ({ value, type: types[index] ?? "unknown" })),
      columns: row.columns ?? [],
    })),
  };
}
