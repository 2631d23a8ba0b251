import { addSums, formatSums, noRows, rowHash, rowText } from "../../census/row-hash.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { columnList, type NarrowTable } from "./table.ts";

/** So many rows are named per table; all are counted. */
const shownRows = 20;

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
  /** The values of those columns, on request: data of the database, which must not leave the terminal. */
  readonly unsafeValues?: readonly { readonly archive: string; readonly copy: string }[];
}

/** What `compareRows` gives besides keys and names. */
export interface CompareOptions {
  readonly unsafeValues?: boolean;
}

export interface RowComparison {
  /** Rows and hash of what the archive holds, as the census writes them. */
  readonly archive: { readonly rows: number; readonly hash: string };
  readonly totals: Readonly<Record<RowChange, number>>;
  readonly rows: readonly RowDifference[];
}

interface Row extends Record<RowChange, number> {
  readonly change: RowChange;
  readonly key: readonly string[];
  readonly columns: readonly string[] | null;
  readonly archive?: readonly string[] | null;
  readonly copy?: readonly string[] | null;
}

/** The values of the columns that differ, one array per side. */
const valuesSql = `CASE WHEN change = 'changed' THEN ARRAY(SELECT u.x FROM unnest(av, cv) AS u(x, y) WHERE u.x IS DISTINCT FROM u.y) END AS archive,
            CASE WHEN change = 'changed' THEN ARRAY(SELECT u.y FROM unnest(av, cv) AS u(x, y) WHERE u.x IS DISTINCT FROM u.y) END AS copy`;

/** `format` uses a type's own output, which tells its values apart; a cast to text may be anybody's. */
function keyParts(key: readonly string[]): string {
  return `ARRAY[${key.map((name) => `format('%s', ${quoteIdentifier(name)})`).join(", ")}]::text[]`;
}

/** What tells a row from another, as an SQL expression: its key, or the digest of all that it holds. */
function identity({ key, columns }: NarrowTable): string {
  return key === null
    ? `ARRAY[encode(sha256(convert_to(${rowText(columnList(columns))}, 'UTF8')), 'hex')]`
    : keyParts(key);
}

/** Rows as `k` (what tells them apart) and `v` (all that they hold, one text per column). */
function keyed(rowsSql: string, table: NarrowTable): string {
  const values = table.columns.map(({ name }) => `ROW(${quoteIdentifier(name)})::text`).join(", ");
  return `SELECT ${identity(table)} AS k, ARRAY[${values}]::text[] AS v FROM (${rowsSql}) AS r`;
}

/** Rows without a key as `k`, the digest of all that they hold. */
function keyless(rowsSql: string, table: NarrowTable): string {
  return `SELECT ${identity(table)} AS k FROM (${rowsSql}) AS r`;
}

const range = `(hashtextextended(k::text, 0) & ${ranges - 1})`;

interface RangeRow {
  readonly range: string;
  readonly differs: boolean;
  readonly rows: string;
  readonly sum0: string;
  readonly sum1: string;
}

interface Ranges {
  /** Rows and hash of the archive's rows, as the census writes them. */
  readonly archive: { readonly rows: number; readonly hash: string };
  /** The ranges whose rows are not the same on both sides. */
  readonly differing: readonly string[];
}

/** Sums up both sides range by range, each with one read. OFFSET 0 keeps the key from being made once per use. */
async function sumRanges(session: Session, archiveSql: string, table: NarrowTable): Promise<Ranges> {
  const side = (rowsSql: string) =>
    `SELECT ${range} AS range, count(*) AS n, sum(h0) AS sum0, sum(h1) AS sum1
     FROM (SELECT ${identity(table)} AS k, ${rowHash(table.hashed, 0)} AS h0, ${rowHash(table.hashed, 1)} AS h1
           FROM (${rowsSql}) AS r OFFSET 0) AS q
     GROUP BY 1`;
  const found = await session.query<RangeRow & Record<string, unknown>>(
    `SELECT range::text, (a.n, a.sum0, a.sum1) IS DISTINCT FROM (c.n, c.sum0, c.sum1) AS differs,
       coalesce(a.n, 0)::text AS rows, coalesce(a.sum0, 0)::text AS sum0, coalesce(a.sum1, 0)::text AS sum1
     FROM (${side(archiveSql)}) AS a FULL JOIN (${side(table.rowsSql)}) AS c USING (range)`,
  );
  let sums = noRows;
  for (const { rows, sum0, sum1 } of found) {
    sums = addSums(sums, { rows: Number(rows), sum0: BigInt(sum0), sum1: BigInt(sum1) });
  }
  const differing = found.filter(({ differs }) => differs).map((row) => row.range);
  return { archive: { rows: sums.rows, hash: formatSums(sums) }, differing };
}

const totalsSql = `sum(amount) FILTER (WHERE change = 'missing') OVER () AS missing,
  sum(amount) FILTER (WHERE change = 'extra') OVER () AS extra,
  sum(amount) FILTER (WHERE change = 'changed') OVER () AS changed`;

async function compareKeyed(
  session: Session,
  archiveSql: string,
  table: NarrowTable,
  differing: readonly string[],
  options: CompareOptions,
): Promise<Row[]> {
  return session.query<Row & Record<string, unknown>>(
    `WITH a AS (SELECT * FROM (${keyed(archiveSql, table)}) AS x WHERE ${range} = ANY ($1::bigint[])),
          c AS (SELECT * FROM (${keyed(table.rowsSql, table)}) AS x WHERE ${range} = ANY ($1::bigint[])),
          d AS (SELECT CASE WHEN c.k IS NULL THEN 'missing' WHEN a.k IS NULL THEN 'extra' ELSE 'changed' END AS change,
                       coalesce(a.k, c.k) AS key, a.v AS av, c.v AS cv, 1 AS amount
                  FROM a FULL JOIN c ON a.k = c.k
                 WHERE a.k IS NULL OR c.k IS NULL OR a.v IS DISTINCT FROM c.v),
          shown AS (SELECT *, ${totalsSql} FROM d ORDER BY change DESC, key LIMIT ${shownRows})
     SELECT change, key, missing, extra, changed,
            CASE WHEN change = 'changed' THEN
              ARRAY(SELECT u.name FROM unnest($2::text[], av, cv) AS u(name, x, y) WHERE u.x IS DISTINCT FROM u.y)
            END AS columns${options.unsafeValues === true ? `, ${valuesSql}` : ""}
       FROM shown ORDER BY change DESC, key`,
    [differing, table.columns.map(({ name }) => name)],
  );
}

async function compareKeyless(
  session: Session,
  archiveSql: string,
  table: NarrowTable,
  differing: readonly string[],
): Promise<Row[]> {
  const counted = (rowsSql: string) =>
    `SELECT k, count(*) AS n FROM (${keyless(rowsSql, table)}) AS x WHERE ${range} = ANY ($1::bigint[]) GROUP BY k`;
  return session.query<Row & Record<string, unknown>>(
    `WITH a AS (${counted(archiveSql)}), c AS (${counted(table.rowsSql)}),
          d AS (SELECT CASE WHEN coalesce(a.n, 0) > coalesce(c.n, 0) THEN 'missing' ELSE 'extra' END AS change,
                       coalesce(a.k, c.k) AS key, abs(coalesce(a.n, 0) - coalesce(c.n, 0)) AS amount
                  FROM a FULL JOIN c ON a.k = c.k
                 WHERE a.n IS DISTINCT FROM c.n)
     SELECT change, key, ${totalsSql}, NULL::text[] AS columns
       FROM d ORDER BY change DESC, key LIMIT ${shownRows}`,
    [differing],
  );
}

/**
 * Compares the rows of a table on the copy with those of the archive: by key, or, where nothing tells two rows apart, by
 * how often each stands there. The database does the work; what comes out are keys and the names of columns.
 */
export async function compareRows(
  session: Session,
  archiveSql: string,
  table: NarrowTable,
  options: CompareOptions = {},
): Promise<RowComparison> {
  const { key, columns } = table;
  const { archive, differing } = await sumRanges(session, archiveSql, table);
  const compare = key === null ? compareKeyless : compareKeyed;
  const rows = differing.length === 0 ? [] : await compare(session, archiveSql, table, differing, options);
  const types = key?.map((name) => columns.find((column) => column.name === name)?.bare_type ?? "unknown") ?? [
    "digest",
  ];
  const [first] = rows;
  const total = (change: RowChange) => Number(first?.[change] ?? 0);
  return {
    archive,
    totals: { missing: total("missing"), extra: total("extra"), changed: total("changed") },
    rows: rows.map((row) => ({
      change: row.change,
      key: row.key.map((value, index) => ({ value, type: types[index] ?? "unknown" })),
      columns: row.columns ?? [],
      ...(row.archive && row.copy ? { unsafeValues: pair(row.archive, row.copy) } : {}),
    })),
  };
}

function pair(archive: readonly string[], copy: readonly string[]) {
  return archive.map((value, index) => ({ archive: value, copy: copy[index] ?? "" }));
}
