import { readdirSync, readFileSync } from "node:fs";

/** One file of sql/inventory/, ready to run. */
export interface InventoryQuery {
  /** The kind of object that it lists: the file's name without `.sql`. */
  readonly kind: string;
  /** With `$1`, `$2`, ... for the scope's parameters. */
  readonly sql: string;
  /** Which part of the resolved scope each parameter is. */
  readonly parameters: readonly ScopeParameter[];
}

const scopeParameters = ["namespaces", "relations", "tables", "extensions"] as const;
export type ScopeParameter = (typeof scopeParameters)[number];

const folder = new URL("../../sql/inventory/", import.meta.url);

/** The statement that resolves a scope to OIDs. */
export const scopeQuery = readFileSync(new URL("_scope.sql", folder), "utf8");

/**
 * Turns psql's `:name` into `$n`, so that a person can run the same file in psql after
 * `\set namespaces '''{11,99}''::oid[]'`. `::name`, a cast, is left alone.
 */
export function bindScope(kind: string, sql: string): InventoryQuery {
  const parameters: ScopeParameter[] = [];
  const bound = sql.replace(/(?<!:):(namespaces|relations|tables|extensions)\b/g, (_, name: string) => {
    const parameter = scopeParameters.find((known) => known === name);
    if (parameter === undefined) return name;
    if (!parameters.includes(parameter)) parameters.push(parameter);
    return `$${parameters.indexOf(parameter) + 1}::oid[]`;
  });
  return { kind, sql: bound, parameters };
}

/** Every query of the inventory, by kind. Files that begin with `_` list no objects. */
export const inventoryQueries: readonly InventoryQuery[] = readdirSync(folder)
  .filter((file) => file.endsWith(".sql") && !file.startsWith("_"))
  .sort()
  .map((file) => bindScope(file.slice(0, -".sql".length), readFileSync(new URL(file, folder), "utf8")));
