import type { Census, TableCensus } from "../../census/types.ts";

/** What becomes of one table on the way back from a server of one's own. */
export interface TableMerge {
  readonly table: string;
  /**
   * `bring`: changed only on the own server, so its rows go back. `keep`: changed only on the project. `by-key`: changed on
   * both, so row by row, and a person decides about those that both have changed. `unknown`: it could not be compared.
   */
  readonly way: "bring" | "keep" | "by-key" | "unknown";
  readonly rows_restored: number;
  readonly rows_project: number;
  readonly rows_own: number;
}

function same(one: TableCensus, other: TableCensus): boolean | null {
  // Neither side has the table.
  if (one === other) return true;
  if (one.rows !== other.rows) return false;
  return one.hash === null || other.hash === null ? null : one.hash === other.hash;
}

const none: TableCensus = { rows: 0, hash: null, kind: "table", seconds: 0 };

/**
 * Lays three censuses side by side: what was restored, the project as it is when the provider is back, and the own server
 * when it is left. Only tables that were changed anywhere are told.
 */
export function mergePlan(restored: Census, project: Census, own: Census): TableMerge[] {
  const names = new Set([restored, project, own].flatMap(({ tables }) => Object.keys(tables)));
  return [...names].sort().flatMap((table): TableMerge[] => {
    const was = restored.tables[table] ?? none;
    const there = project.tables[table] ?? none;
    const here = own.tables[table] ?? none;
    const [thereSame, hereSame] = [same(was, there), same(was, here)];
    if (thereSame === true && hereSame === true) return [];
    const way =
      thereSame === null || hereSame === null ? "unknown" : thereSame ? "bring" : hereSame ? "keep" : "by-key";
    return [{ table, way, rows_restored: was.rows, rows_project: there.rows, rows_own: here.rows }];
  });
}
