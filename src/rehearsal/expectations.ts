import type { Census, Sight } from "../census/types.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import type { KnownUser } from "./types.ts";

/** What a suite reads to know what must be there. It names nobody but the accounts that it signs in as. */
export interface Expectations {
  readonly limit: number;
  readonly critical_tables: readonly string[];
  readonly rls_tables: readonly string[];
  readonly tables: Readonly<Record<string, number>>;
  readonly roles: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
  readonly users: Readonly<Record<string, KnownUser>>;
}

/** A number of rows, or the SQLSTATE of a refusal; nothing where not all were counted or they rightly change. */
function told(sight: Sight): number | string | undefined {
  if (sight.kind === "rows") return sight.of === undefined ? sight.rows : undefined;
  return sight.kind === "refused" ? sight.code : undefined;
}

/**
 * Turns the census that was taken with the backup, and the plan, into what a suite expects of the copy.
 *
 * A role sees every row of the tables that no row level security keeps from it, so their numbers come from the count.
 */
export function expectations(
  census: Census,
  database: DatabasePlan,
  users: Readonly<Record<string, KnownUser>>,
): Expectations {
  const views = census.role_views;
  const limit = views?.limit ?? 10_000;
  const tables = Object.fromEntries(Object.entries(census.tables).map(([name, { rows }]) => [name, rows]));
  const roles: Record<string, Record<string, number | string>> = {};
  for (const { role, unfiltered } of views?.roles ?? []) {
    const counted = unfiltered.flatMap((name) => {
      const rows = tables[name];
      return rows === undefined ? [] : [[name, Math.min(rows, limit)] as const];
    });
    roles[role] = Object.fromEntries(counted);
  }
  for (const { role, user, sights } of views?.perspectives ?? []) {
    if (user !== null) continue;
    const seen = Object.entries(sights).flatMap(([name, sight]) => {
      const value = views?.unsteady[name] === undefined ? told(sight) : undefined;
      return value === undefined ? [] : [[name, value] as const];
    });
    roles[role] = { ...roles[role], ...Object.fromEntries(seen) };
  }
  return {
    limit,
    critical_tables: database.critical_tables,
    rls_tables: database.rls_tables,
    tables,
    roles,
    users,
  };
}
