import { quoteArray } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { attemptAll } from "./attempt.ts";
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

function stepSql({ from, to, columns }: Step, known: readonly OwnRow[], most: number): string {
  const list = (texts: readonly string[], type: string) => `pg_catalog.unnest(${quoteArray(texts)}::${type}[])`;
  const owners = known.map(({ owner }) => String(owner));
  const keys = from.key.map(({ type }, place) => {
    const texts = known.map(({ key }) => key[place] ?? "");
    return list(texts, type);
  });
  const same = from.key.map(({ name }, place) => `f.${name} = k.k${place + 1}`).join(" AND ");
  const linked = columns.map(([here, there]) => `n.${there} = f.${here}`).join(" AND ");
  const found = to.key.map(({ name }) => `n.${name}::text`).join(", ");
  return `SELECT near.owner, near.key
    FROM (
      SELECT k.owner, ARRAY[${found}] AS key, pg_catalog.row_number() OVER (PARTITION BY k.owner ORDER BY n.ctid DESC) AS place
      FROM ROWS FROM (${[list(owners, "int"), ...keys].join(", ")}) AS k (owner, ${placed(from.key)})
      JOIN ${readFrom(from)} AS f ON ${same}
      JOIN ${readFrom(to)} AS n ON ${linked}
    ) AS near
    WHERE near.place <= ${most}`;
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
    const steps = stepsFrom(frontier, visited, ways);
    const selects = steps.map((way) => stepSql(way, found.get(way.from.oid) ?? [], most));
    const answers = await attemptAll<OwnRow>(session, selects);
    for (const [index, { to }] of steps.entries()) {
      const near = answers[index] ?? [];
      if (near.length > 0) next.set(to.oid, distinct([...(next.get(to.oid) ?? []), ...near]));
    }
    for (const [oid, near] of next) found.set(oid, near);
    frontier = new Set(next.keys());
    for (const oid of frontier) visited.add(oid);
  }
  return found;
}
