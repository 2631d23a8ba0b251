import type { DatabasePlan } from "../plan/schema.ts";
import { type HashSource, rowHash } from "./row-hash.ts";
import type { ListedTable, Part } from "./table-list.ts";
import type { TableCensus } from "./types.ts";

/*
 * A light census hashes a sample of each large table. Rows are chosen by a hash of their key, so that the copy's are the
 * same ones, wherever they lie there: every copy of a row is in the sample, or none.
 */

/** One row in so many is hashed. */
export const oneIn = 100;

/** Tables up to this size are hashed whole, in bytes: a hundredth of them would say nothing, and they cost little. */
const alwaysWhole = 256 * 1024;

/** The odds, in percent, that none of so many changed rows is in the sample. */
export function oddsOfMissing(changed: number): number {
  return 100 * (1 - 1 / oneIn) ** changed;
}

/** Why a table was only sampled, and what that means: the words of the report. */
export const lightReason: NonNullable<TableCensus["unhashed"]> = {
  why:
    `the plan asks for a light census: of its rows one in ${oneIn}, chosen by key, was hashed. A change of one row goes ` +
    `unseen in ${oddsOfMissing(1).toFixed(0)} % of all cases, of 100 rows in ${oddsOfMissing(100).toFixed(0)} %, ` +
    `of 1,000 rows in ${oddsOfMissing(1000).toFixed(3)} %`,
  excused: true,
};

/** Which tables the plan wants sampled: large ones with a key. What has no key is hashed whole. */
export function sampledBy(database: DatabasePlan): (table: ListedTable) => boolean {
  if (!database.census.light) return () => false;
  return ({ kind, populated, parts }) =>
    kind !== "matview" &&
    populated &&
    parts.every(({ key, sign }) => key !== null && sign === 1) &&
    parts.reduce((sum, { bytes }) => sum + bytes, 0) > alwaysWhole;
}

/**
 * The query of a sample, with one scan: all rows, how many of them are in it, and the two sums of those. Which rows are in
 * it is found out once for all three: OFFSET 0 keeps the planner from writing it out three times.
 */
export function sampleQuery({ qualified, hashed, condition, key }: HashSource & Pick<Part, "key">): string {
  const inKey = hashed.filter(({ name }) => key?.includes(name) === true);
  const names = hashed.map(({ name }) => name);
  let mark = "in_sample";
  while (names.some((name) => name.replaceAll('"', "") === mark)) mark += "_";
  return `SELECT count(*)::text AS total, count(*) FILTER (WHERE ${mark}) AS rows,
    coalesce(sum(${rowHash(hashed, 0)}) FILTER (WHERE ${mark}), 0) AS sum0,
    coalesce(sum(${rowHash(hashed, 1)}) FILTER (WHERE ${mark}), 0) AS sum1
    FROM (SELECT ${names.join(", ")}, ${rowHash(inKey, 0)} % ${oneIn} = 0 AS ${mark} FROM ONLY ${qualified} ${condition} OFFSET 0) AS s`;
}
