import { quoteIdentifier } from "../../postgres/quote.ts";
import type { Relation } from "../relations.ts";
import type { DecidingText } from "./steadiness.ts";
import { pinClock, readsClock } from "./words.ts";

/**
 * A hosted project's role may not switch them off, and need not: in replica mode those fire only that say so, and what
 * they do is rolled back with the rest.
 */
const eventTriggersOff = `SELECT pg_catalog.set_config('event_triggers', 'off', true)
  WHERE pg_catalog.has_parameter_privilege('event_triggers', 'SET')`;

/**
 * Statements that make a copy's policies believe that it is `at`, the moment at which the source was read: a policy such
 * as "of the last 30 days" would let fewer rows through with each hour that passes until the proof. They run in a
 * transaction that is rolled back, with triggers off, on a copy that is thrown away; the source is never touched.
 *
 * @param at a time as the census holds it; its form was checked when the census was read
 */
export function pinningStatements(
  texts: readonly DecidingText[],
  relations: readonly Relation[],
  at: string,
  versionNum: number,
): string[] {
  const names = new Map(relations.map((relation) => [relation.oid, relation.qualified]));
  return [
    "SET LOCAL session_replication_role = replica",
    ...(versionNum >= 170_000 ? [eventTriggersOff] : []),
    ...texts.flatMap(({ kind, oid, name, text }) => {
      const table = names.get(oid);
      const fixed = pinClock(text, at);
      if (kind !== "policy" || table === undefined || fixed === text || readsClock(fixed)) return [];
      return [`ALTER POLICY ${quoteIdentifier(name)} ON ${table} USING (${fixed})`];
    }),
  ];
}
