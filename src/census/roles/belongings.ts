import type { Session } from "../../postgres/types.ts";
import { attempt } from "./attempt.ts";
import { readFrom } from "./objects.ts";
import { type Keyed, type Step, stepsFrom, type Ways } from "./references.ts";

/** A row by its key, as text in the order of the key's columns, and to which of the users a way of foreign keys led. */
export interface OwnRow {
  readonly owner: number;
  readonly key: readonly string[];
}

/** Rows that belong to users, by table's oid; a table that no way leads to is not there. */
export type Belongings = ReadonlyMap<number, readonly OwnRow[]>;

export interface BelongingsOrder {
  readonly ways: Ways;
  /** The users' own rows, from which the ways start. */
  readonly users: Keyed;
  readonly rows: readonly OwnRow[];
  /** Rows that are taken of one table for one user, at most. */
  readonly most: number;
}

/** Tables further away than so many foreign keys belong to everybody. */
const mostSteps = 5;

/** `k1, k2, ...` for the columns of a key. */
const placed = (key: Keyed["key"]) => key.map((_, place) => `k${place + 1}`).join(", ");

function stepSql({ from, to, columns }: Step): string {
  const arrays = from.key.map(({ type }, place) => `pg_catalog.unnest($${place + 3}::${type}[])`).join(", ");
  const known = from.key.map(({ name }, place) => `f.${name} = k.k${place + 1}`).join(" AND ");
  const linked = columns.map(([here, there]) => `n.${there} = f.${here}`).join(" AND ");
  const found = to.key.map(({ name }) => `n.${name}::text`).join(", ");
  return `SELECT near.owner, near.key
    FROM (
      SELECT k.owner, ARRAY[${found}] AS key, pg_catalog.row_number() OVER (PARTITION BY k.owner ORDER BY n.ctid DESC) AS place
      FROM ROWS FROM (pg_catalog.unnest($2::int[]), ${arrays}) AS k (owner, ${placed(from.key)})
      JOIN ${readFrom(from)} AS f ON ${known}
      JOIN ${readFrom(to)} AS n ON ${linked}
    ) AS near
    WHERE near.place <= $1`;
}

function distinct(rows: readonly OwnRow[]): OwnRow[] {
  return [...new Map(rows.map((row) => [JSON.stringify([row.owner, row.key]), row])).values()];
}

/**
 * Finds rows that belong to users: those that foreign keys lead to, table by table, the shortest way first, down to
 * children and up to parents. The newest come first, for there are policies that show no others.
 */
export async function findBelongings(session: Session, order: BelongingsOrder): Promise<Belongings> {
  const { ways, users, rows, most } = order;
  const found = new Map<number, OwnRow[]>([[users.oid, [...rows]]]);
  const visited = new Set([users.oid]);
  let frontier = new Set(rows.length === 0 ? [] : [users.oid]);
  for (let step = 0; step < mostSteps && frontier.size > 0; step += 1) {
    const next = new Map<number, OwnRow[]>();
    for (const way of stepsFrom(frontier, visited, ways)) {
      const known = found.get(way.from.oid) ?? [];
      const keys = way.from.key.map((_, place) => known.map(({ key }) => key[place] ?? ""));
      const owners = known.map(({ owner }) => owner);
      const near = await attempt(session, () =>
        session.query<OwnRow & Record<string, unknown>>(stepSql(way), [most, owners, ...keys]),
      );
      if (near !== null && near.length > 0) next.set(way.to.oid, distinct([...(next.get(way.to.oid) ?? []), ...near]));
    }
    for (const [oid, near] of next) found.set(oid, near);
    frontier = new Set(next.keys());
    for (const oid of frontier) visited.add(oid);
  }
  return found;
}
