import type { ColumnDecisions } from "./columns.ts";
import { tableErrors } from "./errors.ts";

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
