import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import type { Reference } from "./references.ts";
import { sqlstateOf } from "./server-errors.ts";
import type { TableShape } from "./shape.ts";

/** Another table, and the foreign key that ties it to the one that is recovered. */
export interface Tie {
  /** As SQL names it. */
  readonly table: string;
  readonly constraint: string;
  /** The table on the other end of this foreign key: the one that is recovered, or one in between. */
  readonly of: string;
  readonly on_delete: string;
  /** Rows whose foreign key is set; null where the role may not read the table. */
  readonly rows: number | null;
}

/** What hangs together with a table. */
export interface Closure {
  /** What depends on it, table by table, the nearest first. */
  readonly dependants: readonly Tie[];
  /** What it depends on itself. */
  readonly parents: readonly Tie[];
  /** What `TRUNCATE ... CASCADE` would have destroyed, the table itself included. */
  readonly truncate_cascade: {
    readonly tables: readonly { table: string; rows: number | null }[];
    readonly rows: number;
  };
}

/** Tables that depend on a table, directly or through others, nearest first; a cycle ends where it began. */
export function dependantsOf(table: string, references: readonly Reference[]): string[] {
  const found = [table];
  for (const parent of found) {
    for (const { child } of references.filter((key) => key.parent === parent))
      if (!found.includes(child)) found.push(child);
  }
  return found.slice(1);
}

/** Tables that these depend on, directly or through others, nearest first, without these themselves. */
export function ancestorsOf(tables: readonly string[], references: readonly Reference[]): string[] {
  const found = [...tables];
  for (const child of found) {
    for (const { parent } of references.filter((key) => key.child === child && key.binding))
      if (!found.includes(parent)) found.push(parent);
  }
  return found.slice(tables.length);
}

/**
 * Tables in an order in which what is referred to comes first. Within a cycle the order is that of the names: no order
 * would do.
 */
export function parentsFirst(tables: readonly string[], references: readonly Reference[]): string[] {
  const left = new Set(tables);
  const ordered: string[] = [];
  while (left.size > 0) {
    const waits = (table: string) =>
      references.some(({ child, parent }) => child === table && parent !== table && left.has(parent));
    const free = [...left].filter((table) => !waits(table));
    for (const table of free.length > 0 ? free : [...left].sort().slice(0, 1)) {
      ordered.push(table);
      left.delete(table);
    }
  }
  return ordered;
}

/** Without the tables that inherit from it, which may lie on another server. */
async function countRows(session: Session, from: string, condition = "true"): Promise<number | null> {
  try {
    const [row] = await session.query<{ rows: number }>(
      `SELECT count(*)::float8 AS rows FROM ${from} WHERE ${condition}`,
    );
    return row?.rows ?? null;
  } catch (error) {
    if (sqlstateOf(error) === "42501") return null;
    throw error;
  }
}

const isSet = (key: Reference) => key.pairs.map((pair) => `${quoteIdentifier(pair.child)} IS NOT NULL`).join(" AND ");

/** Reads what hangs together with a table, and counts its rows. Reads only, outside of any transaction of ours. */
export async function readClosure(
  session: Session,
  { sql: table, from }: Pick<TableShape, "sql" | "from">,
  references: readonly Reference[],
): Promise<Closure> {
  const fromOf = (name: string) => {
    if (name === table) return from;
    return references.some(({ child, child_only }) => child === name && child_only) ? `ONLY ${name}` : name;
  };
  const below = dependantsOf(table, references);
  const around = [table, ...below];
  const tie = async (key: Reference, end: "child" | "parent"): Promise<Tie> => ({
    table: key[end],
    constraint: key.name,
    of: key[end === "child" ? "parent" : "child"],
    on_delete: key.onDelete,
    rows: await countRows(session, fromOf(key.child), isSet(key)),
  });
  const dependants: Tie[] = [];
  for (const parent of around) {
    for (const key of references.filter((one) => one.parent === parent)) dependants.push(await tie(key, "child"));
  }
  const parents: Tie[] = [];
  for (const key of references.filter((one) => one.child === table && one.parent !== table)) {
    parents.push(await tie(key, "parent"));
  }
  const tables: { table: string; rows: number | null }[] = [];
  for (const one of around) tables.push({ table: one, rows: await countRows(session, fromOf(one)) });
  return {
    dependants,
    parents,
    truncate_cascade: { tables, rows: tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0) },
  };
}
