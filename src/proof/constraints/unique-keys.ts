import type { Session } from "../../postgres/types.ts";
import { proofSql } from "../sql.ts";

/** A unique index or an exclusion constraint, as sql/proof/unique-keys.sql lists it. */
export interface UniqueKey {
  readonly table: string;
  /** The index' own name. */
  readonly name: string;
  /** Of the table. */
  readonly bytes: number;
  /** Valid and in use: the database promises that it holds. */
  readonly binding: boolean;
  readonly exclusion: boolean;
  /** NULLS NOT DISTINCT. */
  readonly nulls_alike: boolean;
  readonly predicate: string | null;
  readonly keys: readonly {
    readonly sql: string;
    readonly type: string;
    readonly operator: string;
    readonly collation: string | null;
  }[];
  /** Whether grouping by the key finds what is there twice. */
  readonly usual: boolean;
  /** The transaction that made the index. */
  readonly born: string;
}

/** Keys that stand in more than one row. */
export interface Duplicates {
  /** Rows beyond the first of each key; of a key that is not grouped by, all rows in conflict. */
  readonly total: number;
  /** There are more keys than are shown. */
  readonly more: boolean;
  /** Some of the keys, part by part; none where conflicts were counted. */
  readonly keys: readonly (readonly (string | null)[])[];
}

/** So many keys are shown for each index. */
export const shownKeys = 5;

/** Lists the unique keys of the database, by table and name. */
export async function listUniqueKeys(session: Session): Promise<UniqueKey[]> {
  return session.query<UniqueKey & Record<string, unknown>>(await proofSql("unique-keys.sql"));
}

const partsOf = ({ keys }: UniqueKey) =>
  keys.map(({ sql, collation }) => (collation === null ? `(${sql})` : `(${sql}) COLLATE ${collation}`));

/** SQL's WHERE clause of these conditions. */
const where = (conditions: readonly string[]) => (conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`);

const covered = ({ predicate }: UniqueKey) => (predicate === null ? [] : [`(${predicate})`]);

/** The keys that are there more than once, by grouping all of them. */
function groupSql(key: UniqueKey, place: number): string {
  const parts = partsOf(key).map((part, index) => `${part} AS k${index}`);
  const names = parts.map((_, index) => `k${index}`);
  const texts = names.map((name) => `CASE WHEN num_nulls(${name}) = 0 THEN format('%s', ${name}) END`);
  // A key with a NULL in it is like no other, unless the index says so.
  const complete = key.nulls_alike ? [] : [`num_nulls(${partsOf(key).join(", ")}) = 0`];
  const rows = `SELECT ${parts.join(", ")} FROM ONLY ${key.table}${where([...covered(key), ...complete])}`;
  return `(SELECT ${place} AS place, ARRAY[${texts.join(", ")}]::text[] AS key, sum(rows - 1) OVER ()::float8 AS total
    FROM (SELECT ${names.join(", ")}, count(*) AS rows
            FROM (${rows}) AS each_row
           GROUP BY ${names.join(", ")} HAVING count(*) > 1) AS twice
    ORDER BY 2 LIMIT ${shownKeys + 1})`;
}

/** Rows whose key is in conflict with another's, by the operators of the index itself. */
function conflictSql(key: UniqueKey, place: number): string {
  const parts = partsOf(key).map((part, index) => `${part} AS k${index}`);
  const rows = `SELECT ctid AS place, ${parts.join(", ")} FROM ONLY ${key.table}${where(covered(key))}`;
  const conflicts = key.keys.map(({ operator }, index) => {
    const conflict = `a.k${index} ${operator} b.k${index}`;
    return key.nulls_alike ? `(${conflict} OR num_nulls(a.k${index}, b.k${index}) = 2)` : conflict;
  });
  return `(SELECT ${place} AS place, NULL::text[] AS key, count(*)::float8 AS total
    FROM (${rows}) AS a
    WHERE EXISTS (SELECT FROM (${rows}) AS b WHERE b.place <> a.place AND ${conflicts.join(" AND ")})
    HAVING count(*) > 0)`;
}

/** Reads what the statements of `groupSql` and `conflictSql` give, for as many keys as there are. */
export async function findDuplicates(
  session: Session,
  keys: readonly UniqueKey[],
): Promise<{ readonly key: UniqueKey; readonly duplicates: Duplicates }[]> {
  const statements = keys.map((key, place) => (key.usual ? groupSql(key, place) : conflictSql(key, place)));
  const rows = await session.query<{ place: number; key: (string | null)[] | null; total: number }>(
    statements.join("\nUNION ALL\n"),
  );
  const byKey = Map.groupBy(rows, ({ place }) => place);
  return keys.flatMap((key, place) => {
    const found = byKey.get(place);
    if (found === undefined) return [];
    const shown = found.flatMap((row) => (row.key === null ? [] : [row.key])).slice(0, shownKeys);
    return [{ key, duplicates: { total: found[0]?.total ?? 0, more: found.length > shownKeys, keys: shown } }];
  });
}

/**
 * Whether rows of a table are as young as an index of it, or younger: then PostgreSQL did not see them all when it
 * built the index.
 */
export async function hasYoungerRows(session: Session, table: string, born: string): Promise<boolean> {
  const [row] = await session.query<{ younger: boolean }>(
    `SELECT coalesce(min(age(xmin)) <= age($1::xid), false) AS younger FROM ONLY ${table}`,
    [born],
  );
  return row?.younger ?? true;
}
