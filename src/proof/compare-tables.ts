import type { Census, TableCensus } from "../census/types.ts";
import { publicHash } from "./keys.ts";
import { canonical } from "./names.ts";
import type { Finding, NotCovered } from "./types.ts";

/** What the rows of two censuses have to say to each other. */
export interface TableComparison {
  readonly findings: readonly Finding[];
  readonly unproven: readonly string[];
  readonly notCovered: readonly NotCovered[];
  /** Materialized views whose rows differ from the source's: the copy refreshed them, so they need a rule of their own. */
  readonly refreshed: readonly string[];
  /** Tables that were compared row by row, and their rows. */
  readonly equal: { readonly tables: number; readonly rows: number };
}

/** What the comparison of one table came to. */
type Verdict =
  | { readonly kind: "equal" | "refreshed" }
  | { readonly kind: "finding"; readonly finding: Finding }
  | { readonly kind: "unproven"; readonly why: string }
  | { readonly kind: "not_covered"; readonly entry: NotCovered };

export interface ComparisonOptions {
  readonly hashKey: Buffer;
  /** Whether the plan's excuse for not hashing a table has run out since the census was taken. */
  readonly excuseExpired: (table: string) => boolean;
  /** Canonical names of the tables that went with an extension which the restore left out. */
  readonly leftOut: ReadonlySet<string>;
}

/** What the rows of a materialized view come to; null where they were only counted, which is judged as for any table. */
function compareMatview(name: string, source: TableCensus, copy: TableCensus): Verdict | null {
  if (source.hash === null && copy.hash === null) {
    if (source.rows !== copy.rows) return { kind: "refreshed" };
    // Never filled, as a rule; whether it was is compared with the definitions.
    return source.rows === 0 ? { kind: "equal" } : null;
  }
  if (copy.hash === null) {
    const finding = { object: name, attribute: "populated", expected: "yes", actual: "no" };
    return { kind: "finding", finding };
  }
  if (source.rows === copy.rows && source.hash === copy.hash) return { kind: "equal" };
  return { kind: "refreshed" };
}

function compareRows(name: string, source: TableCensus, copy: TableCensus, hashKey: Buffer): Finding | null {
  if (source.rows !== copy.rows) {
    return { object: name, attribute: "rows", expected: String(source.rows), actual: String(copy.rows) };
  }
  const [wanted, found] = [source.sample ?? source, copy.sample ?? copy];
  if (wanted.hash === null || found.hash === null || wanted.hash === found.hash) return null;
  const [expected, actual] = [publicHash(wanted.hash, hashKey), publicHash(found.hash, hashKey)];
  return { object: name, attribute: "content", expected, actual };
}

function compareTable(name: string, source: TableCensus, copy: TableCensus, options: ComparisonOptions): Verdict {
  const verdict = source.kind === "matview" && copy.kind === "matview" ? compareMatview(name, source, copy) : null;
  if (verdict !== null) return verdict;
  const finding = compareRows(name, source, copy, options.hashKey);
  if (finding !== null && source.kind === "extension-table") {
    const why = "they belong to an extension, which brings its own: a dump does not carry changes to them";
    return { kind: "not_covered", entry: { what: `Rows of ${name}`, why } };
  }
  if (finding !== null) return { kind: "finding", finding };
  if (source.hash !== null && copy.hash !== null) return { kind: "equal" };
  const { why, excused } = (source.hash === null ? source : copy).unhashed ?? {
    why: "no reason given",
    excused: false,
  };
  return excused && !options.excuseExpired(name)
    ? { kind: "not_covered", entry: { what: `Content of ${name}`, why: `counted, not hashed: ${why}` } }
    : { kind: "unproven", why: `${name} was counted but not hashed: ${why}` };
}

/** Compares every table of two censuses: present, rows, content. Reads nothing. */
export function compareTables(
  expected: Census["tables"],
  copy: Census["tables"],
  options: ComparisonOptions,
): TableComparison {
  const findings: Finding[] = [];
  const unproven: string[] = [];
  const notCovered: NotCovered[] = [];
  const refreshed: string[] = [];
  const equal = { tables: 0, rows: 0 };
  const restored = new Map(Object.entries(copy).map(([name, table]) => [canonical(name), table]));
  for (const [name, source] of Object.entries(expected)) {
    const table = restored.get(canonical(name));
    if (table === undefined && (source.kind === "extension-table" || options.leftOut.has(canonical(name)))) {
      const why = "they belong to an extension that the copy does not have; its absence is judged with the definitions";
      notCovered.push({ what: `Rows of ${name}`, why });
      continue;
    }
    if (table === undefined) {
      findings.push({ object: name, attribute: "table", expected: "present", actual: "missing" });
      continue;
    }
    const verdict = compareTable(name, source, table, options);
    if (verdict.kind === "finding") findings.push(verdict.finding);
    else if (verdict.kind === "unproven") unproven.push(verdict.why);
    else if (verdict.kind === "not_covered") notCovered.push(verdict.entry);
    else if (verdict.kind === "refreshed") refreshed.push(name);
    else {
      equal.tables += 1;
      equal.rows += source.rows;
    }
  }
  const known = new Set(Object.keys(expected).map(canonical));
  for (const name of Object.keys(copy)) {
    if (known.has(canonical(name))) continue;
    findings.push({ object: name, attribute: "table", expected: "absent", actual: "present" });
  }
  return { findings, unproven, notCovered, refreshed, equal };
}
