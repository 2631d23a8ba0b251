import { spellAmount } from "../../base/spell.ts";
import { sqlstate } from "../../census/sqlstate.ts";
import { describeFailure } from "../failure.ts";
import type { Finding } from "../types.ts";
import type { PhysicalRelation } from "./relations.ts";

/** What verify_heapam says of a table: so many faults, and where the first of them are. */
export interface HeapFaults {
  readonly count: number;
  readonly first: readonly { readonly page: number; readonly row: number | null; readonly message: string | null }[];
}

/** PostgreSQL found something corrupt: data_corrupted and index_corrupted. */
const corrupt: ReadonlySet<string> = new Set(["XX001", "XX002"]);

/**
 * What an entry that leads to a page which the table does not have comes to, from PostgreSQL 17 on, where uniqueness is
 * asked of the table's rows. The server names no corruption, since it was not looking for damage when it met this.
 */
const leadsNowhere = /could not open file "[^"]*" \(target block \d+\): /;
/** internal_error and undefined_file. */
const missing: ReadonlySet<string> = new Set(["XX000", "58P01"]);

function isCorrupt(state: string | undefined, message: string): boolean {
  return state !== undefined && (corrupt.has(state) || (missing.has(state) && leadsNowhere.test(message)));
}

/**
 * Phrases by which PostgreSQL says what is wrong with an index or a page, and what they mean. The rest of a message is
 * not told: an operator or an expression of the database's own could have raised it, with a row's values in it.
 */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/lacks matching index tuple/, "a row has no entry in the index"],
  [/index uniqueness is violated/, "a unique key has more than one row"],
  [/could not find tuple using search/, "an entry is not found by its key"],
  [
    /item order invariant|high key invariant|down-link lower bound invariant|cross page item order/,
    "entries are out of order",
  ],
  [leadsNowhere, "an entry leads to a page that the table does not have"],
  [/invalid page in block|could not read block|page verification failed/, "a page cannot be read"],
  [
    /lacks a main relation fork|has wrong size|contains (?:unexpected|corrupted)|invalid (?:page|tuple|line)/,
    "a page is malformed",
  ],
];

/** Numbers of pages and line pointers; no more of a message is safe to tell. */
function placeIn(message: string): string {
  const [, block] = /\bblock (\d{1,10})\b/.exec(message) ?? [];
  const [, page, row] = /\((\d{1,10}),(\d{1,5})\)/.exec(message) ?? [];
  if (page !== undefined) return `, page ${page}, row ${row}`;
  return block === undefined ? "" : `, page ${block}`;
}

/** What a thrown error says about a relation: a finding where it is corruption, else why it could not be looked at. */
export function judgeThrown(relation: PhysicalRelation, thrown: unknown): Finding | string {
  const { table, index } = relation;
  const state = sqlstate(thrown);
  const attribute = index === null ? "pages" : `index ${index}`;
  const message = thrown instanceof Error ? thrown.message : "";
  if (!isCorrupt(state, message)) {
    return `${index === null ? table : `${index} on ${table}`} could not be looked at: ${describeFailure(thrown)}`;
  }
  const meaning = meanings.find(([phrase]) => phrase.test(message))?.[1] ?? "it is corrupt";
  const actual = `${meaning}${placeIn(message)} (SQLSTATE ${state})`;
  return { object: table, attribute, expected: "sound", actual };
}

/** What verify_heapam found, which speaks of pages, line pointers and sizes only. */
export function judgeHeap({ table }: PhysicalRelation, { count, first }: HeapFaults): Finding[] {
  if (count === 0) return [];
  const plain = (message: string) => (/^[\w ,.:;()/'-]{1,160}$/.test(message) ? message : "malformed");
  const places = first.map(({ page, row, message }) => {
    const place = row === null ? `page ${page}` : `page ${page}, row ${row}`;
    return `${place}: ${plain(message ?? "")}`;
  });
  const actual = `${spellAmount(count, "fault")}: ${places.join("; ")}${count > first.length ? "; ..." : ""}`;
  return [{ object: table, attribute: "pages", expected: "sound", actual }];
}
