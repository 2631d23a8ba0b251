import { scopeOf } from "../../backup/manifest.ts";
import { loadArchiveRows } from "./archive-rows.ts";
import { compareRows, type RowComparison, type RowDifference } from "./compare-rows.ts";
import { findTables } from "./table.ts";
import { openWorkbench, type WorkbenchOptions } from "./workbench.ts";

/** The rows of one table that are not the archive's, values and all: for the eyes of a person at a terminal only. */
export interface RevealedTable {
  readonly table: string;
  /** Names of the columns that make the key; empty where nothing tells two rows apart. */
  readonly key: readonly string[];
  readonly totals: RowComparison["totals"];
  readonly rows: readonly RowDifference[];
}

/**
 * Compares tables of the copy with the archive row by row and gives the values that differ. Never call this for a
 * report: what it returns is data of the database.
 */
export async function unsafeRevealRows(options: WorkbenchOptions, tables: readonly string[]): Promise<RevealedTable[]> {
  await using loading = await openWorkbench(options);
  const revealed: RevealedTable[] = [];
  for (const table of await findTables(loading.session, scopeOf(options.manifest), tables)) {
    const archiveSql = await loadArchiveRows(table, loading);
    const { totals, rows } = await compareRows(loading.session, archiveSql, table, { unsafeValues: true });
    revealed.push({ table: table.name, key: table.key ?? [], totals, rows });
  }
  return revealed;
}
