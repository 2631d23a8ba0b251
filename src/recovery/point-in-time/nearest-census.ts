import { randomBytes } from "node:crypto";
import { z } from "zod";
import { spellAmount, spellInstant } from "../../base/spell.ts";
import { compareInventories } from "../../census/compare-inventory.ts";
import { readInventory } from "../../census/inventory.ts";
import type { Census, Difference, InventoryObject, Scope } from "../../census/types.ts";
import { readWrites, writeCountersSchema, writtenBetween } from "../../census/writes.ts";
import { connect } from "../../postgres/connect.ts";
import type { Target } from "../../postgres/types.ts";
import { compareTables } from "../../proof/compare-tables.ts";
import { canonical } from "../../proof/names.ts";
import { weigh } from "../../proof/platform/branch.ts";
import type { Verified } from "../types.ts";

/*
 * At the second that a platform goes back to nobody took a census. But the backup before it has one, and PostgreSQL counts
 * what is written: read before the restore, the counters bound what can have been written between that backup and the
 * second. A table that they say was not touched must be the backup's to the row; others differ by no more than was
 * written; a definition is the backup's where it has not been changed since.
 */

/** The newest census that is not younger than the point. */
export interface NearestCensus {
  readonly id: string;
  /** ISO 8601 UTC. */
  readonly takenAt: string;
  readonly census: Census;
  readonly scope: Scope;
}

/** What production says, right before it is restored, of the time since that census. */
export const meanwhileSchema = z.object({
  backup: z.string(),
  writes: writeCountersSchema,
  /** Definitions that are other than in the backup. */
  changed: z.array(z.string()),
});
export type Meanwhile = z.output<typeof meanwhileSchema>;

const named = ({ kind, object }: Pick<Difference, "kind" | "object">) => `${kind} ${object}`;

function differences(nearest: NearestCensus, inventory: readonly InventoryObject[], serverNum: number): string[] {
  const versions = { expectedVersion: nearest.census.server_version_num, actualVersion: serverNum };
  return compareInventories(nearest.census.inventory, inventory, versions).differences.map(named);
}

/** Reads what was written and changed since a census. READ ONLY. */
export async function readMeanwhile(target: Target, nearest: NearestCensus): Promise<Meanwhile> {
  await using session = await connect(target, { readOnly: true, applicationName: "ithaca recovery" });
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const { objects } = await readInventory(session, nearest.scope);
  await session.query("ROLLBACK");
  return {
    backup: nearest.id,
    writes: await readWrites(session),
    changed: differences(nearest, objects, session.versionNum),
  };
}

/** How many tables of the census nobody has written since, for the preview. */
export function untouched({ census }: NearestCensus, { writes }: Meanwhile): { tables: number; of: number } {
  const names = Object.keys(census.tables);
  const quiet = names.filter((name) => {
    const written = writtenBetween(census.writes, writes, name);
    return written.known && written.rows === 0;
  });
  return { tables: quiet.length, of: names.length };
}

/** What the comparison with the nearest census came to. */
export interface NearestComparison {
  readonly checks: readonly Verified[];
  readonly not_covered: readonly { readonly what: string; readonly why: string }[];
}

const shown = 5;
const listed = (names: readonly string[]) =>
  names.length > shown ? `${names.slice(0, shown).join(", ")} and ${names.length - shown} more` : names.join(", ");

/**
 * Compares the restored database with the nearest census. Pure.
 *
 * @param found the census of the restored database
 */
export function compareWithNearest(nearest: NearestCensus, meanwhile: Meanwhile, found: Census): NearestComparison {
  const since = spellInstant(nearest.takenAt);
  const rows = compareRows(nearest, meanwhile, found);
  const changed = new Set(meanwhile.changed);
  const other = differences(nearest, found.inventory, found.server_version_num);
  const wrong = other.filter((name) => !changed.has(name));
  const definitions: Verified = {
    id: "point.definitions",
    title: `Definitions that nobody has changed since ${since} are the backup's`,
    status: wrong.length === 0 ? "passed" : "failed",
    expected: `as in ${nearest.id}, but for ${spellAmount(changed.size, "definition")} changed since`,
    actual: wrong.length === 0 ? "as expected" : `${spellAmount(wrong.length, "difference")}`,
    reason: listed(wrong),
  };
  const either = other.filter((name) => changed.has(name));
  return {
    checks: [rows.check, definitions],
    not_covered: [
      ...rows.not_covered,
      ...(either.length === 0
        ? []
        : [{ what: `Definitions: ${listed(either)}`, why: `they were changed after ${since}, nobody knows when` }]),
    ],
  };
}

function compareRows(
  { id, takenAt, census }: NearestCensus,
  { writes }: Meanwhile,
  found: Census,
): { check: Verified; not_covered: NearestComparison["not_covered"] } {
  const options = { hashKey: randomBytes(32), excuseExpired: () => false, leftOut: new Set<string>() };
  const { tables: then } = census;
  // A table that was made or dropped meanwhile may be there, or not: production right before says which these are.
  const here = new Set(Object.keys(writes.tables).map(canonical));
  const known = new Set(Object.keys(then).map(canonical));
  const both = <T>(tables: Readonly<Record<string, T>>, keep: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(tables).filter(([name]) => keep(canonical(name))));
  const there = new Set(Object.keys(found.tables).map(canonical));
  const expected = both(then, (name) => here.has(name) || there.has(name));
  const compared = compareTables(
    expected,
    both(found.tables, (name) => known.has(name)),
    options,
  );
  const wrong: string[] = [];
  const open: { what: string; why: string }[] = [];
  for (const finding of compared.findings) {
    // Counters that cannot be compared, as after a restart, are no fault of what was restored.
    const weighed = weigh(finding, { from: census.writes, to: writes });
    if ("finding" in weighed) wrong.push(`${finding.object} (${finding.attribute})`);
    else if ("within" in weighed) open.push(weighed.within);
    else open.push({ what: `Content of ${finding.object}`, why: weighed.unproven });
  }
  const gone = Object.keys(then).filter((name) => expected[name] === undefined);
  const young = Object.keys(found.tables).filter((name) => !known.has(canonical(name)));
  const { tables, rows } = compared.equal;
  const check: Verified = {
    id: "point.nearest_census",
    title: `Rows that nobody has written since ${spellInstant(takenAt)} are the backup's`,
    status: wrong.length > 0 ? "failed" : "passed",
    expected: `as in ${id}, but for what was written since`,
    actual: `${spellAmount(tables, "table")}, ${spellAmount(rows, "row")} equal; ${spellAmount(open.length, "table")} within what was written since`,
    reason: listed(wrong),
  };
  const why = `not in ${id}, or not in production any more: nobody knows since when`;
  return {
    check,
    not_covered: [
      ...compared.notCovered,
      ...open,
      ...compared.unproven.map((sentence) => ({ what: "Content of a table", why: sentence })),
      ...compared.refreshed.map((name) => ({ what: `Rows of ${name}`, why: "it may have been refreshed meanwhile" })),
      ...(gone.length + young.length === 0 ? [] : [{ what: `Rows of ${listed([...gone, ...young])}`, why }]),
    ],
  };
}
