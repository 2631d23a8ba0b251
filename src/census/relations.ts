import type { Session } from "../postgres/types.ts";
import { censusSql } from "./sql.ts";
import type { Scope } from "./types.ts";

/** A table, partitioned table, materialized view, foreign table or sequence, as `sql/census/relations.sql` lists it. */
export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** As SQL would name it: the census' name of it. */
  readonly qualified: string;
  /** `pg_class.relkind`: table, partitioned table, materialized view, foreign table, sequence. */
  readonly kind: "r" | "p" | "m" | "f" | "S";
  readonly unlogged: boolean;
  readonly populated: boolean;
  /** The topmost table of a partition; otherwise its own oid. */
  readonly root: number;
  /** The table that a sequence belongs to. */
  readonly owner_table: number | null;
  readonly extension: string | null;
  /** The condition that picks the dumped rows of an extension's configuration table; null where none are dumped. */
  readonly configuration: string | null;
  readonly readable: boolean;
}

const relationsSql = censusSql("relations");

/** Lists what a database holds, in scope or not, by name. Waits for no lock. */
export function listRelations(session: Session): Promise<Relation[]> {
  return session.query<Relation>(relationsSql);
}

/** A test of whether a relation's definition belongs to the backup. */
export function definitionsInScope(scope: Scope): (relation: Relation) => boolean {
  const schemas = new Set(scope.excludedSchemas);
  const tables = new Set(scope.excludedTables);
  const extensions = new Set(scope.excludedExtensions);
  return (relation) =>
    !schemas.has(relation.schema) &&
    !tables.has(relation.qualified) &&
    (relation.extension === null || !extensions.has(relation.extension));
}

/** A test of whether a relation's rows belong to the backup. */
export function rowsInScope(scope: Scope): (relation: Relation) => boolean {
  const defined = definitionsInScope(scope);
  const rows = new Set(scope.excludedRows);
  return (relation) => defined(relation) && !rows.has(relation.qualified);
}
