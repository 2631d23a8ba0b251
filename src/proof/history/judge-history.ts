import { median } from "../../base/median.ts";
import { spellAmount, spellBytes } from "../../base/spell.ts";
import type { Finding, NotCovered } from "../types.ts";
import type { BackupFigures } from "./figures.ts";

/** So many earlier backups a new one is compared with: a week of daily ones. */
const window = 7;

/** Fewer say nothing about what is usual. */
export const fewest = 2;

/*
 * From where on a figure is out of line. A loss fails, since a backup of a database that lost its rows replaces one that
 * has them; growth and change are only suspicious, since they are what a database is for. Each threshold has a part that
 * is relative and one that is absolute, so that a small table may do as it likes.
 */
const lossFactor = 2;
const growthFactor = 4;
const leastLost = { tableRows: 50, rows: 1_000, bytes: 1024 ** 2 } as const;
const leastGrown = { tableRows: 10_000, rows: 100_000, bytes: 100 * 1024 ** 2 } as const;
/** A table that always had so many rows does not become empty by itself. */
const neverEmpty = 10;

/** What a backup's figures say next to those of earlier ones. */
export interface HistoryVerdict {
  /** How many earlier backups it was compared with. */
  readonly compared: number;
  readonly findings: readonly Finding[];
  /** What is unusual and yet no failure. */
  readonly suspicions: readonly NotCovered[];
}

type Trend = "in-line" | "lost" | "grown";

/**
 * Where a figure stands to earlier ones, given newest first. A figure that was as low before and came back goes up and
 * down by nature, such as that of a queue or of a table that is purged each month.
 */
function trend(now: number, earlier: readonly number[], least: { lost: number; grown: number }): Trend {
  const usual = median(earlier);
  if (now < usual / lossFactor && usual - now > least.lost) {
    const low = earlier.findIndex((value) => value <= now);
    const cameBack = low > 0 && earlier.slice(0, low).some((value) => value >= usual);
    return cameBack ? "in-line" : "lost";
  }
  return now > usual * growthFactor && now - usual > least.grown ? "grown" : "in-line";
}

function about(name: string, { rows }: { rows: number }, usual: number): Finding {
  const expected = `about ${spellAmount(Math.round(usual), "row")}, as in the backups before`;
  return { object: name, attribute: "rows", expected, actual: spellAmount(rows, "row") };
}

const unusual = "unusual next to the backups before, and yet no failure: make sure that it is meant";

type Counts = Readonly<Record<string, number>>;

function judgeTables(now: Counts, earlier: readonly Counts[], critical: (table: string) => boolean) {
  const findings: Finding[] = [];
  const suspicions: NotCovered[] = [];
  for (const name of new Set([...Object.keys(now), ...earlier.flatMap(Object.keys)])) {
    const before = earlier.flatMap((counts) => (Object.hasOwn(counts, name) ? [counts[name] ?? 0] : []));
    if (before.length < fewest) continue;
    const usual = median(before);
    const rows = now[name];
    if (!Object.hasOwn(now, name) || rows === undefined) {
      const gone = before.length === earlier.length && usual > leastLost.tableRows;
      if (gone)
        suspicions.push({ what: `Table ${name} with about ${spellAmount(usual, "row")} is gone`, why: unusual });
      continue;
    }
    const least = critical(name) ? 1 : neverEmpty;
    const emptied = rows === 0 && before.length === earlier.length && Math.min(...before) >= least;
    const { tableRows: lost } = leastLost;
    const direction = trend(rows, before, { lost, grown: leastGrown.tableRows });
    if (emptied || direction === "lost") findings.push(about(name, { rows }, usual));
    else if (direction === "grown") {
      const what = `${name} has ${spellAmount(rows, "row")}, after about ${spellAmount(Math.round(usual), "row")}`;
      suspicions.push({ what, why: unusual });
    }
  }
  return { findings, suspicions };
}

function judgeTotals(now: BackupFigures, earlier: readonly BackupFigures[]) {
  const findings: Finding[] = [];
  const suspicions: NotCovered[] = [];
  const weigh = (what: string, of: (figures: BackupFigures) => number, show: (value: number) => string) => {
    const [value, before] = [of(now), earlier.map(of)];
    const key = what === "rows" ? "rows" : "bytes";
    const direction = trend(value, before, { lost: leastLost[key], grown: leastGrown[key] });
    const usual = show(Math.round(median(before)));
    if (direction === "lost") {
      const expected = `about ${usual}, as in the backups before`;
      findings.push({ object: "the whole backup", attribute: what, expected, actual: show(value) });
    } else if (direction === "grown") {
      suspicions.push({ what: `The whole backup has ${show(value)}, after about ${usual}`, why: unusual });
    }
  };
  weigh(
    "rows",
    ({ rows }) => rows,
    (rows) => spellAmount(rows, "row"),
  );
  weigh("size", ({ size_bytes }) => size_bytes, spellBytes);
  return { findings, suspicions };
}

/** Same size and same rows in every table: no proof that nothing changed, but a sign. */
function alike(a: BackupFigures, b: BackupFigures): boolean {
  if (a.size_bytes !== b.size_bytes || a.rows !== b.rows) return false;
  const [left, right] = [a.table_rows, b.table_rows];
  if (left === null || right === null) return left === right;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

/** Nothing has moved since the backup before, although something had moved between any two before that. */
function standsStill(now: BackupFigures, earlier: readonly BackupFigures[]): boolean {
  const [last, ...rest] = earlier;
  if (last === undefined || rest.length < 3 || !alike(now, last)) return false;
  return rest.every((figures, index) => !alike(figures, earlier[index] ?? now));
}

/**
 * Compares the figures of a backup with those of the backups before it.
 *
 * @param history other backups' figures in any order; of those that are older the newest seven count
 * @param critical whether the plan calls a table critical: such a one may never become empty
 */
export function judgeHistory(
  now: BackupFigures,
  history: readonly BackupFigures[],
  critical: (table: string) => boolean = () => false,
): HistoryVerdict {
  const others = history.filter(({ id }) => id !== now.id);
  const earlier = others
    .filter(({ taken_at }) => Date.parse(taken_at) < Date.parse(now.taken_at))
    .sort((a, b) => Date.parse(b.taken_at) - Date.parse(a.taken_at))
    .slice(0, window);
  const findings: Finding[] = [];
  const suspicions: NotCovered[] = [];
  const twin = others.find(({ taken_at }) => Date.parse(taken_at) === Date.parse(now.taken_at));
  if (twin !== undefined) {
    const expected = "a snapshot of its own";
    findings.push({ object: "the whole backup", attribute: "taken_at", expected, actual: `that of ${twin.id}` });
  }
  if (earlier.length < fewest) return { compared: earlier.length, findings, suspicions };
  const counted = earlier.flatMap(({ table_rows }) => (table_rows === null ? [] : [table_rows]));
  const tables =
    now.table_rows === null || counted.length < fewest ? null : judgeTables(now.table_rows, counted, critical);
  const totals = judgeTotals(now, earlier);
  if (standsStill(now, earlier)) {
    const what = `Every table has as many rows as in ${earlier[0]?.id}, and the dump its size`;
    suspicions.push({ what, why: `something had changed between any two backups before; ${unusual}` });
  }
  return {
    compared: earlier.length,
    findings: [...findings, ...totals.findings, ...(tables?.findings ?? [])],
    suspicions: [...suspicions, ...totals.suspicions, ...(tables?.suspicions ?? [])],
  };
}
