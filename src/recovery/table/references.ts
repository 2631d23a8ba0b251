import { z } from "zod";
import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { type ForeignKey, listForeignKeys } from "../../proof/foreign-keys.ts";
import { canonical } from "../../proof/names.ts";
import { sqlstateOf } from "./server-errors.ts";
import { tableSql } from "./sql.ts";
import type { WorkTable } from "./work-table.ts";

const actionsSql = tableSql("reference-actions");

/** What a foreign key does when the row that it refers to goes: pg_constraint's letters in words. */
const actionWords = { a: "no action", r: "restrict", c: "cascade", n: "set null", d: "set default" } as const;

const actionRow = z.object({
  name: z.string(),
  child: z.string(),
  on_delete: z.enum(["a", "r", "c", "n", "d"]),
  on_update: z.enum(["a", "r", "c", "n", "d"]),
  sets: z.array(z.string()),
});

/** A foreign key with what it does on its own. Tables are named with both parts quoted. */
export interface Reference extends ForeignKey {
  readonly onDelete: (typeof actionWords)[keyof typeof actionWords];
  readonly onUpdate: (typeof actionWords)[keyof typeof actionWords];
  /** Columns that ON DELETE SET NULL or SET DEFAULT sets. */
  readonly sets: readonly string[];
}

/** Every declared foreign key of a database. */
export async function listReferences(session: Session): Promise<Reference[]> {
  const actions = z.array(actionRow).parse(await session.query(actionsSql));
  const byName = new Map(actions.map((action) => [`${canonical(action.child)} ${action.name}`, action]));
  return (await listForeignKeys(session)).map((key) => {
    const [child, parent] = [canonical(key.child), canonical(key.parent)];
    const action = byName.get(`${child} ${key.name}`);
    return {
      ...key,
      child,
      parent,
      onDelete: actionWords[action?.on_delete ?? "a"],
      onUpdate: actionWords[action?.on_update ?? "a"],
      sets: action?.sets ?? key.pairs.map((pair) => pair.child),
    };
  });
}

const from = (only: boolean, table: string) => (only ? `ONLY ${table}` : table);

/** How a column of a row is written: `p."id"`, `(a.row_after)."id"`. */
type Place = (column: string) => string;

/** The condition that a row refers to another, as the constraint's own trigger compares them. */
export function refersTo(key: Reference, parent: Place, child: Place): string {
  return key.pairs
    .map(({ parent: p, child: c, operator, collation }) => {
      return `${parent(p)} ${operator} ${child(c)}${collation === null ? "" : ` COLLATE ${collation}`}`;
    })
    .join(" AND ");
}

/** A key with a NULL in it refers to nothing. */
function complete(key: Reference, child: Place): string {
  return key.pairs.map((pair) => `${child(pair.child)} IS NOT NULL`).join(" AND ");
}

/** Rows that refer to nothing, or with MATCH FULL are partly NULL. */
export function dangling(key: Reference, child: Place): string {
  const parent: Place = (column) => `p.${quoteIdentifier(column)}`;
  const lost = `${complete(key, child)} AND NOT EXISTS (SELECT FROM ${from(key.parent_only, key.parent)} AS p WHERE ${refersTo(key, parent, child)})`;
  if (!key.match_full) return `(${lost})`;
  const some = key.pairs.map((pair) => `${child(pair.child)} IS NOT NULL`).join(" OR ");
  return `((${lost}) OR ((${some}) AND NOT (${complete(key, child)})))`;
}

/**
 * The statement's condition for rows elsewhere that refer to a row that is not there any more.
 *
 * @param gone a table of rows that were there, and how their columns are written
 */
export function orphaned(key: Reference, gone: { readonly from: string; readonly column: Place }): string {
  const child: Place = (column) => `c.${quoteIdentifier(column)}`;
  return `FROM ${from(key.child_only, key.child)} AS c WHERE EXISTS (SELECT FROM ${gone.from} WHERE ${refersTo(key, gone.column, child)}) AND ${dangling(key, child)}`;
}

async function count(session: Session, sql: string): Promise<number> {
  const [row] = await session.query<{ rows: number }>(`SELECT count(*)::float8 AS rows ${sql}`);
  return row?.rows ?? 0;
}

/** A foreign key that rows break. */
export interface Broken {
  readonly constraint: string;
  /** The table whose rows refer to something, as SQL has it. */
  readonly child: string;
  readonly parent: string;
  readonly rows: number;
}

/**
 * Foreign keys that what was written breaks, asked as the constraint's triggers would: rows that were written and refer to
 * nothing, and rows elsewhere that refer to what is gone. Only what was touched is looked at: a database may have had
 * orphans before.
 */
export async function findBroken(
  session: Session,
  works: readonly WorkTable[],
  references: readonly Reference[],
): Promise<Broken[]> {
  const broken: Broken[] = [];
  const after: Place = (column) => `(a.row_after).${quoteIdentifier(column)}`;
  const before: Place = (column) => `(f.row_before).${quoteIdentifier(column)}`;
  for (const key of references.filter(({ binding }) => binding)) {
    const child = works.find(({ shape }) => shape.sql === key.child);
    const parent = works.find(({ shape }) => shape.sql === key.parent);
    const lost =
      child === undefined ? 0 : await count(session, `FROM ${child.after} AS a WHERE ${dangling(key, after)}`);
    const left =
      parent === undefined ? 0 : await count(session, orphaned(key, { from: `${parent.before} AS f`, column: before }));
    // A row of the table itself may be counted on both sides.
    const rows = child === parent ? Math.max(lost, left) : lost + left;
    if (rows > 0) broken.push({ constraint: key.name, child: key.child, parent: key.parent, rows });
  }
  return broken;
}

/** Rows elsewhere that refer to rows which are about to be deleted, and are not deleted with them. */
export async function findDependingOn(
  session: Session,
  work: WorkTable,
  references: readonly Reference[],
): Promise<Broken[]> {
  const found: Broken[] = [];
  const gone: Place = (column) => `(f.row_before).${quoteIdentifier(column)}`;
  const child: Place = (column) => `c.${quoteIdentifier(column)}`;
  for (const key of references.filter(({ parent }) => parent === work.shape.sql)) {
    const itself =
      key.child === work.shape.sql
        ? `AND NOT EXISTS (SELECT FROM ${work.changes} AS x WHERE x.change = 'extra' AND x.live_place = c.ctid AND x.live_table = c.tableoid)`
        : "";
    const rows = await count(
      session,
      `FROM ${from(key.child_only, key.child)} AS c WHERE EXISTS (SELECT FROM ${work.before} AS f WHERE f.change = 'extra' AND ${refersTo(key, gone, child)}) ${itself}`,
    );
    if (rows > 0) found.push({ constraint: key.name, child: key.child, parent: key.parent, rows });
  }
  return found;
}

/**
 * Locks the rows that written rows refer to, as the constraint's own trigger does (FOR KEY SHARE): nobody deletes them
 * before we commit, and nobody waits who only reads or updates them.
 *
 * @returns tables whose rows this role may not lock
 */
export async function lockParents(
  session: Session,
  works: readonly WorkTable[],
  references: readonly Reference[],
): Promise<string[]> {
  const refused = new Set<string>();
  for (const key of references) {
    const child = works.find(({ shape }) => shape.sql === key.child);
    if (child === undefined) continue;
    const match = refersTo(
      key,
      (column) => `p.${quoteIdentifier(column)}`,
      (column) => `(a.row_after).${quoteIdentifier(column)}`,
    );
    await session.query("SAVEPOINT ithaca_parents");
    try {
      await session.query(
        `SELECT count(*) FROM (SELECT FROM ${from(key.parent_only, key.parent)} AS p
           WHERE EXISTS (SELECT FROM ${child.after} AS a WHERE ${match}) FOR KEY SHARE OF p) AS locked`,
      );
    } catch (error) {
      if (sqlstateOf(error) !== "42501") throw error;
      await session.query("ROLLBACK TO SAVEPOINT ithaca_parents");
      refused.add(key.parent);
    }
    await session.query("RELEASE SAVEPOINT ithaca_parents");
  }
  return [...refused];
}
