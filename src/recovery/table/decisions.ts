import { parseTime } from "../../base/calendar.ts";
import type { ColumnDecisions } from "./columns.ts";
import { tableErrors } from "./errors.ts";
import type { KeepNewer, TableMode } from "./types.ts";

/** Behind a time of day: what follows a date alone is its day. */
const zoned = /:\d{2}(?:[.,]\d+)?\s*(?:Z|[+-]\d{2}(?::?\d{2})?)$/i;

/**
 * Reads `updated_at=2026-11-22T14:40:00Z`: rows of production that were changed later than that stay as they are.
 *
 * @throws table.bad_decision, also for a time without a zone, which could be either of two
 */
export function parseKeepNewer(value: string | undefined, mode: TableMode): KeepNewer | null {
  if (value === undefined) return null;
  const bad = (why: string) => tableErrors.bad_decision({ option: "--keep-newer", value, why });
  const [column = "", ...rest] = value.split("=");
  const than = rest.join("=");
  if (mode !== "changed-rows") throw bad("only --mode changed-rows sets rows back");
  const time = parseTime(than);
  if (column === "" || time === null) throw bad("it does not name a column and a time");
  if (!zoned.test(than)) throw bad("its time has no zone");
  return { column, than: time.toISOString() };
}

/** Reads what a person has decided about columns. @throws table.bad_decision */
export function parseDecisions(written: {
  readonly map: readonly string[];
  readonly leave: readonly string[];
  readonly retype: readonly string[];
}): ColumnDecisions {
  const renamed = new Map<string, string>();
  for (const value of written.map) {
    const [from = "", to = "", ...more] = value.split("=");
    const bad = (why: string) => tableErrors.bad_decision({ option: "--map", value, why });
    if (from === "" || to === "" || more.length > 0) throw bad("it does not name two columns");
    if (renamed.has(from)) throw bad(`${from} is mapped twice`);
    if (written.leave.includes(from)) throw bad(`${from} is given up by --leave as well`);
    renamed.set(from, to);
  }
  return { renamed, left: new Set(written.leave), retyped: new Set(written.retype) };
}
