import { join } from "node:path";
import { silentProgress } from "../../src/base/progress.ts";
import type { Session, Target } from "../../src/postgres/types.ts";
import { noDecisions } from "../../src/recovery/table/columns.ts";
import { recoverTable } from "../../src/recovery/table/recover-table.ts";
import type { TableRecovery, TableRecoveryOptions } from "../../src/recovery/table/types.ts";
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

/** Rows and hash of every table. */
export async function stateOf(session: Session): Promise<Record<string, string>> {
  const tables = await hashesOf(session);
  return Object.fromEntries(Object.entries(tables).map(([name, { rows, hash }]) => [name, `${rows} ${hash}`]));
}

/** Names of tables that are not the same. */
export function differingTables(a: Record<string, string>, b: Record<string, string>): string[] {
  return Object.keys({ ...a, ...b }).filter((name) => a[name] !== b[name]);
}
