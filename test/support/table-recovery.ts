import { join } from "node:path";
import { silentProgress } from "../../src/base/progress.ts";
import type { Session, Target } from "../../src/postgres/types.ts";
import { noDecisions } from "../../src/recovery/table/columns.ts";
import { type TableMethodOptions, tableMethod } from "../../src/recovery/table/method.ts";
import { recoverTable } from "../../src/recovery/table/recover-table.ts";
import type { TableRecovery, TableRecoveryOptions } from "../../src/recovery/table/types.ts";
import type { RecoveryMethod } from "../../src/recovery/types.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { hashesOf } from "./hashes.ts";

let undoFiles = 0;

/** Recovers a table from one test database into another. `execute` unless told otherwise; the undo file goes into `folder`. */
export function recoverBetween(
  { production, backup, folder }: { production: Target; backup: Target; folder: string },
  options: Pick<TableRecoveryOptions, "table" | "mode"> & Partial<TableRecoveryOptions>,
): Promise<TableRecovery> {
  undoFiles += 1;
  return recoverTable({
    production,
    backup,
    withDependants: false,
    withParents: false,
    keepNewer: null,
    decisions: noDecisions,
    skipConflicts: false,
    execute: true,
    undoFile: join(folder, `undo-${process.pid}-${undoFiles}.sql`),
    lockSeconds: 1,
    hashKey: Buffer.alloc(32, 1),
    progress: silentProgress,
    signal: new AbortController().signal,
    ...options,
  });
}

/** The recovery of one table's missing rows from another database, as the driver runs it. */
export function tableRecovery(
  { production, backup, folder }: { production: Target; backup: Target; folder: string },
  options: Pick<TableMethodOptions, "table"> & Partial<TableMethodOptions>,
): RecoveryMethod {
  return tableMethod({
    production,
    mode: "missing-rows",
    withDependants: false,
    withParents: false,
    keepNewer: null,
    decisions: noDecisions,
    skipConflicts: false,
    lockSeconds: 1,
    undoDirectory: folder,
    request: {},
    source: async () => ({
      target: backup,
      restorePoint: { backup: null, at: "2026-11-22T02:00:00.000Z" },
      name: "a test",
      read: [],
    }),
    ...options,
  });
}

/** Two databases that were the same, and what recovers one from the other. */
export interface Pair extends AsyncDisposable {
  readonly then: TestDatabase;
  readonly production: TestDatabase;
  recover(mode: TableRecoveryOptions["mode"], more?: Partial<TableRecoveryOptions>): ReturnType<typeof recoverBetween>;
}

/** The same SQL in two databases, and then a disaster in one of them. */
export async function pairOf(folder: string, setup: string, disaster: string): Promise<Pair> {
  const stack = new AsyncDisposableStack();
  const then = stack.use(await testDatabase());
  const production = stack.use(await testDatabase());
  await then.session.query(setup);
  await production.session.query(`${setup}; ${disaster}`);
  return {
    then,
    production,
    recover: (mode, more = {}) =>
      recoverBetween(
        { production: production.target, backup: then.target, folder },
        { table: "public.t", mode, ...more },
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Every row of a table as text. */
export async function rowsOf({ session }: TestDatabase, table = "public.t"): Promise<string[]> {
  const rows = await session.query<{ row: string }>(`SELECT t::text AS row FROM ${table} AS t ORDER BY 1`);
  return rows.map(({ row }) => row);
}

/** Rows and hash of every table. */
export async function stateOf(session: Session): Promise<Record<string, string>> {
  const tables = await hashesOf(session);
  return Object.fromEntries(Object.entries(tables).map(([name, { rows, hash }]) => [name, `${rows} ${hash}`]));
}

/** Names of tables that are not the same. */
export function differingTables(a: Record<string, string>, b: Record<string, string>): string[] {
  return Object.keys({ ...a, ...b }).filter((name) => a[name] !== b[name]);
}
