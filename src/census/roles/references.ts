import type { Session } from "../../postgres/types.ts";
import { searchable } from "../searchable.ts";
import type { AskedObject } from "./objects.ts";
import { rolesSql } from "./sql.ts";

const referencesSql = rolesSql("references");
const userColumnsSql = rolesSql("user-columns");

/** A foreign key, or a column that is used as one. */
export interface Reference {
  readonly child: number;
  readonly parent: number;
  readonly child_attributes: readonly number[];
  readonly parent_attributes: readonly number[];
  /** Quoted, in the order of the constraint. */
  readonly child_columns: readonly string[];
  readonly parent_columns: readonly string[];
  /** Whether the child's rows are found by an index. */
  readonly indexed: boolean;
}

/** The users' table, how its key is called, and names of columns elsewhere that hold such a key. */
export interface UsersKey {
  readonly oid: number;
  readonly key: string;
  readonly names: readonly string[];
}

/** Foreign keys, and columns that hold a user's key without one. */
export async function listReferences(session: Session, { oid, key, names }: UsersKey): Promise<Reference[]> {
  type Row = Reference & Record<string, unknown>;
  const declared = await session.query<Row>(referencesSql);
  return [...declared, ...(await session.query<Row>(userColumnsSql, [oid, key, names]))];
}

/** A table whose rows can be named by their keys. */
export interface Keyed extends AskedObject {
  readonly key: NonNullable<AskedObject["key"]>;
}

export function isKeyed(object: AskedObject | undefined): object is Keyed {
  return object?.key?.every(({ type }) => searchable.has(type)) === true && "rp".includes(object.kind);
}

/** One step from a table to its neighbour, by the columns that are equal. */
export interface Step {
  readonly from: Keyed;
  readonly to: Keyed;
  /** Pairs of quoted columns: here, there. */
  readonly columns: readonly (readonly [string, string])[];
}

/** Foreign keys, and the tables between which they lead. */
export interface Ways {
  readonly references: readonly Reference[];
  readonly objects: ReadonlyMap<number, AskedObject>;
  /** Tables that somebody will be asked about: to search one without an index costs less than to ask about all of it. */
  readonly wanted: ReadonlySet<number>;
}

/** Rows beyond which any other table is not searched without an index. */
const mostWithoutIndex = 10_000;

/** Steps that lead from some tables to others that were not reached yet, down to children and up to parents. */
export function stepsFrom(frontier: ReadonlySet<number>, reached: ReadonlySet<number>, ways: Ways): Step[] {
  const { references, objects, wanted } = ways;
  return references.flatMap(({ child, parent, child_columns, parent_columns, indexed }) => {
    const [lower, upper] = [objects.get(child), objects.get(parent)];
    if (!isKeyed(lower) || !isKeyed(upper)) return [];
    const pairs = child_columns.map((column, place) => [column, parent_columns[place] ?? ""] as const);
    const found = indexed || wanted.has(child) || lower.estimate <= mostWithoutIndex;
    if (frontier.has(parent) && !reached.has(child) && found) {
      return [{ from: upper, to: lower, columns: pairs.map(([below, above]) => [above, below] as const) }];
    }
    if (frontier.has(child) && !reached.has(parent)) return [{ from: lower, to: upper, columns: pairs }];
    return [];
  });
}
