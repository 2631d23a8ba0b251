import { quoteIdentifier } from "../postgres/quote.ts";
import type { Session } from "../postgres/types.ts";
import { relationFinder } from "./names.ts";
import type { Relation } from "./relations.ts";
import { censusSql } from "./sql.ts";
import type { FreshnessReading } from "./types.ts";

const columnSql = censusSql("column");
const temporal = new Set(["timestamp with time zone", "timestamp without time zone", "date"]);

export interface FreshnessProbe {
  readonly table: string;
  readonly column: string;
}

export interface FreshnessReadings {
  readonly readings: readonly FreshnessReading[];
  /** Probes that could not be asked: what is missing is a fact for the proof, not an error. */
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
}

/** Reads the newest value of each probe's column. Timestamps without a zone are taken as UTC; infinity is no time. */
export async function readFreshness(
  session: Session,
  relations: readonly Relation[],
  probes: readonly FreshnessProbe[],
): Promise<FreshnessReadings> {
  const find = relationFinder(relations);
  const readings: FreshnessReading[] = [];
  const notCovered: { what: string; why: string }[] = [];
  for (const { table, column } of probes) {
    const absent = (why: string) => {
      readings.push({ table, column, newest: null });
      notCovered.push({ what: `freshness of ${table}.${column}`, why });
    };
    const relation = find(table);
    if (relation === undefined || !"rpm".includes(relation.kind)) {
      absent("there is no such table in the backup's scope");
      continue;
    }
    const [found] = await session.query<{ type: string }>(columnSql, [relation.oid, column]);
    if (found === undefined || !temporal.has(found.type)) {
      absent(found === undefined ? "the table has no such column" : `the column is a ${found.type}, not a time`);
      continue;
    }
    const name = quoteIdentifier(column);
    const from = relation.kind === "p" ? relation.qualified : `ONLY ${relation.qualified}`;
    // In WHERE, not in FILTER: so an index on the column answers at once.
    const [row] = await session.query<{ newest: string | null }>(
      `SELECT pg_catalog.to_char(max(${name})::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS newest
       FROM ${from} WHERE pg_catalog.isfinite(${name})`,
    );
    readings.push({ table, column, newest: row?.newest ?? null });
  }
  return { readings, notCovered };
}
