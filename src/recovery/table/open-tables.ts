import type { CopySession } from "../../postgres/copying.ts";
import type { Session } from "../../postgres/types.ts";
import { ancestorsOf, dependantsOf, parentsFirst } from "./closure.ts";
import { type ColumnMapping, chooseKey, matchColumns, noDecisions } from "./columns.ts";
import { tableErrors } from "./errors.ts";
import type { Reference } from "./references.ts";
import { type Key, readShape, requireShape, type TableShape } from "./shape.ts";
import { tableSql } from "./sql.ts";
import type { TableRecoveryOptions } from "./types.ts";

const roleSql = tableSql("role");

/** A table in both databases, and how its rows go from one to the other. */
export interface TablePair {
  readonly shape: TableShape;
  readonly backup: TableShape;
  readonly mapping: ColumnMapping;
  readonly key: Key | null;
}

/** What a recovery is about, known before anything is begun. */
export interface OpenedTables {
  readonly main: TablePair;
  /** Everything that depends on the table and is in the backup, what is referred to first. */
  readonly dependants: readonly TablePair[];
  /** Everything that these depend on and that is in the backup; empty where nobody asked for it. */
  readonly parents: readonly TablePair[];
  readonly role: string;
  readonly notes: readonly string[];
}

interface Role {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypass_rls: boolean;
  readonly standby: boolean;
}

/** @throws table.standby */
async function readRole(production: Session): Promise<Role> {
  const [role] = await production.query<Role & Record<string, unknown>>(roleSql);
  if (role === undefined) throw new Error("the server does not know its own role");
  if (role.standby) throw tableErrors.standby({ where: production.target.host });
  return role;
}

/** @throws table.filtered */
function assertSeesAll(shape: TableShape, role: Role): void {
  const filtered = shape.rls && !role.superuser && !role.bypass_rls && (!shape.owned || shape.forced_rls);
  if (filtered) throw tableErrors.filtered({ table: `${shape.schema}.${shape.name}`, role: role.name });
}

function pair(shape: TableShape, backup: TableShape, decisions = noDecisions): TablePair {
  const mapping = matchColumns(backup, shape, decisions);
  if (mapping.problems.length > 0) {
    throw tableErrors.columns_differ({ table: `${shape.schema}.${shape.name}`, problems: [...mapping.problems] });
  }
  return { shape, backup, mapping, key: chooseKey(shape, mapping) };
}

/**
 * Looks at the table, and where asked for at everything that depends on it, in both databases. Reads only.
 *
 * @throws table.no_table, table.not_a_table, table.columns_differ, table.no_key, table.filtered, table.standby
 */
export async function openTables(
  production: CopySession,
  backup: CopySession,
  references: readonly Reference[],
  options: Pick<TableRecoveryOptions, "table" | "mode" | "withDependants" | "withParents" | "decisions">,
): Promise<OpenedTables> {
  const role = await readRole(production);
  const shape = await requireShape(production, options.table, "production");
  assertSeesAll(shape, role);
  const main = pair(shape, await requireShape(backup, options.table, "the backup"), options.decisions);
  if (main.key === null && options.mode === "changed-rows") {
    throw tableErrors.no_key({ table: options.table, mode: options.mode });
  }
  const notes = main.mapping.notes.map((note) => `${options.table}: ${note}`);
  if (main.key === null) {
    notes.push(`${options.table} has no key: rows are told apart by all that they hold, twins by their number`);
  }
  const dependants: TablePair[] = [];
  for (const table of options.withDependants ? parentsFirst(dependantsOf(shape.sql, references), references) : []) {
    if (table === shape.sql) continue;
    const there = await requireShape(production, table, "production");
    const then = await readShape(backup, table);
    if (then === null) {
      notes.push(`${table} depends on it and was not there when the backup was taken`);
      continue;
    }
    assertSeesAll(there, role);
    dependants.push(pair(there, then));
  }
  const known = [shape.sql, ...dependants.map((one) => one.shape.sql)];
  const parents: TablePair[] = [];
  for (const table of options.withParents ? ancestorsOf(known, references) : []) {
    const there = await requireShape(production, table, "production");
    const then = await readShape(backup, table);
    // What is missing of such a table is then told as a reference that leads nowhere.
    if (then === null) continue;
    assertSeesAll(there, role);
    parents.push(pair(there, then));
  }
  return { main, dependants, parents, role: role.name, notes };
}
