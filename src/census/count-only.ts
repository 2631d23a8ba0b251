import { stillCounts } from "../plan/exceptions.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { relationFinder } from "./names.ts";
import type { Relation } from "./relations.ts";
import type { TableCensus } from "./types.ts";

/** Tables that are counted and not hashed, by their names in the census, and why. */
export type CountOnly = ReadonlyMap<string, NonNullable<TableCensus["unhashed"]>>;

/** What the plan wants counted only. An excuse whose last day is over counts no more, and the table is not proved. */
export function countedOnly(database: DatabasePlan, relations: readonly Relation[], now: Date): CountOnly {
  const find = relationFinder(relations);
  return new Map(
    database.census.exclude.flatMap((entry) => {
      const relation = find(entry.table);
      if (relation === undefined) return [];
      const why = `the plan leaves it out of the census until ${entry.expires} (${entry.owner}): ${entry.reason}`;
      return [[relation.qualified, { why, excused: stillCounts(entry, now) }] as const];
    }),
  );
}
