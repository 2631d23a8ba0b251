import { type Choice, isChosen } from "../../census/choose-tables.ts";
import { type Compared, oddsOfMissing, together } from "../../census/odds.ts";
import type { Census } from "../../census/types.ts";
import type { CheckResult, NotCovered } from "../../proof/types.ts";
import type { SampleRecord } from "../../report/model.ts";
import type { TableFiles } from "./candidates.ts";

/** For so many changed rows the report says how likely it is that none of them was looked at. */
const changes = [1, 10, 100] as const;

type TableRecord = SampleRecord["tables"][number];

/** The odds of missing 1, 10 and 100 changed rows. */
function oddsOf(part: Compared): SampleRecord["odds"] {
  return changes.map((changed) => ({ changed, missed: oddsOfMissing(part, changed) }));
}

/** How many rows of a table were compared one by one: all of a chosen one, a part under a light census. */
function comparedRows(census: Census, name: string, chosen: boolean): number {
  const table = census.tables[name];
  if (table === undefined || !chosen) return 0;
  return table.hash === null ? (table.sample?.rows ?? 0) : table.rows;
}

/**
 * What became of each table tonight.
 *
 * @param data the comparison of the rows; undefined where the run did not get there
 */
export function tableRecords(
  tables: readonly TableFiles[],
  choice: Choice,
  census: Census,
  data: CheckResult | undefined,
): TableRecord[] {
  const reasons = new Map(choice.tables.map(({ name, reason }) => [name, reason]));
  const differ = new Set(data?.findings.map(({ object }) => object));
  const ran = data !== undefined && !(data.status === "not_run" && data.actual === "not run");
  return tables.map(({ name, rows, bytes, daysSince }) => {
    const reason = reasons.get(name) ?? "another night";
    const compared = ran ? comparedRows(census, name, isChosen(reason)) : 0;
    const looked = ran && isChosen(reason) && (compared > 0 || rows === 0);
    return {
      table: name,
      rows,
      bytes,
      reason,
      compared,
      equal: looked ? !differ.has(name) : null,
      days_since: daysSince,
      // Of a table that is as empty as the source's nothing was missed.
      odds: oddsOf(looked && rows === 0 ? { rows: 1, compared: 1 } : { rows, compared }),
    };
  });
}

/** The odds of all tables as one. */
export function overallOdds(tables: readonly TableRecord[]): SampleRecord["odds"] {
  return oddsOf(together(tables));
}

/** What a sample says nothing about, as a few lines: the table of the sample has the names. */
export function leftToOthers(tables: readonly TableRecord[], views: number, largeObjects: number | null): NotCovered[] {
  const of = (reason: TableRecord["reason"]) => tables.filter((table) => table.reason === reason).length;
  const entries: NotCovered[] = [];
  const say = (count: number, what: string, why: string) => {
    if (count > 0) entries.push({ what: `Rows of ${count} ${what}${count === 1 ? "" : "s"}`, why });
  };
  say(of("another night"), "table", "their turn is on another night");
  say(of("too large"), "table", "no night has room for them: only a whole proof restores them");
  say(views, "materialized view", "they follow from the rows of all tables, and only a whole proof has those");
  if (largeObjects !== null && largeObjects > 0) {
    const why = "together they are larger than small tables are: only a whole proof restores them";
    entries.push({ what: `Content of ${largeObjects} large object${largeObjects === 1 ? "" : "s"}`, why });
  }
  entries.push({
    what: "References, unique keys, CHECKs, damaged pages, what each role sees, and sabotage of the copy",
    why: "a sample cannot show them, or has no time for it: a whole proof does",
  });
  return entries;
}
