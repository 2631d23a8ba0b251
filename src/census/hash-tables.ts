import { stopwatch } from "../base/clock.ts";
import type { Session } from "../postgres/types.ts";
import type { CountOnly } from "./count-only.ts";
import { lightReason, oneIn, sampleQuery } from "./light.ts";
import { addSums, formatSums, type HashSums, hashQuery, noRows } from "./row-hash.ts";
import { planScans, type Scan, scanCondition } from "./scans.ts";
import { explainReadError, isTooLarge, sqlstate } from "./sqlstate.ts";
import type { ListedTable } from "./table-list.ts";
import { type ReadOptions, reading } from "./transaction.ts";
import type { TableCensus } from "./types.ts";

type Unhashed = NonNullable<TableCensus["unhashed"]>;

export interface HashOptions {
  readonly read: ReadOptions;
  /** Seconds that the hash of one table may take; no limit unless told otherwise. */
  readonly budget?: number | undefined;
  /** Tables that are counted but not hashed, by their names in the census. */
  readonly countOnly: CountOnly;
  /** Tables of which a sample is hashed and all rows are counted; none unless told otherwise. */
  readonly sampled?: (table: ListedTable) => boolean;
}

/** Work for one session; sessions share a queue of these. */
export type Task = (session: Session) => Promise<void>;

/** What has been found out about a table so far. */
interface Tally {
  sums: HashSums;
  seconds: number;
  unhashed: Unhashed | undefined;
  /** Of a table that is sampled. */
  sample: HashSums | undefined;
}

interface SumsRow extends Record<string, unknown> {
  readonly rows: string;
  readonly sum0: string | null;
  readonly sum1: string | null;
}

interface SampleRow extends SumsRow {
  /** All rows, in the sample or not. */
  readonly total: string;
}

interface Counted extends SumsRow {
  readonly part: number;
}

const sumsOf = ({ rows, sum0, sum1 }: SumsRow): HashSums => ({
  rows: Number(rows),
  sum0: BigInt(sum0 ?? 0),
  sum1: BigInt(sum1 ?? 0),
});

const neverFilled: Unhashed = { why: "the materialized view was never filled", excused: true };
const tooLarge: Unhashed = {
  why: "a row's text is longer than 1 GB, the most that PostgreSQL can make",
  excused: false,
};

/** The hashing of a list of tables, as tasks that any number of sessions may share. */
export interface TableHashing {
  /** Heaviest first. */
  readonly tasks: readonly Task[];
  /** Tasks that follow when all of the first are done: tables that were not hashed, or only in part, are counted. */
  recounts(): readonly Task[];
  /** The result, once all tasks are done. */
  tables(): Record<string, TableCensus>;
}

/** Prepares the counting and hashing of tables. Nothing is read before its tasks are run. */
export function hashTables(tables: readonly ListedTable[], options: HashOptions): TableHashing {
  const tallies = new Map<ListedTable, Tally>();
  for (const table of tables) {
    const sampled = options.sampled?.(table) === true;
    const wanted = options.countOnly.get(table.name) ?? (sampled ? lightReason : undefined);
    const unhashed = table.populated ? wanted : neverFilled;
    tallies.set(table, { sums: noRows, seconds: 0, unhashed, sample: sampled ? noRows : undefined });
  }
  const tally = (scan: Scan): Tally => {
    const found = tallies.get(scan.table);
    if (found === undefined) throw new Error(`${scan.table.name} was never listed`);
    return found;
  };

  const read = async (session: Session, scans: readonly Scan[], counting: boolean, timeout?: number) => {
    const seconds = stopwatch();
    const query = scans
      .map((scan, index) => {
        const source = { ...scan.part, condition: scanCondition(scan) };
        return `SELECT ${index} AS part, h.* FROM (${hashQuery(source, counting)}) AS h`;
      })
      .join("\nUNION ALL\n");
    const rows = await reading(session, { ...options.read, statementTimeout: timeout }, () =>
      session.query<Counted>(query),
    );
    for (const row of rows) {
      const scan = scans[row.part];
      if (scan === undefined) continue;
      const of = tally(scan);
      of.sums = addSums(of.sums, sumsOf(row), scan.part.sign);
      // The tables of a batch share its time.
      of.seconds += seconds() / scans.length;
    }
  };

  /** Milliseconds that the plan still allows for a table; no limit where it names none. */
  const left = (of: Tally) => (options.budget === undefined ? Infinity : 1000 * (options.budget - of.seconds));

  const hash = async (session: Session, batch: readonly Scan[]): Promise<void> => {
    for (const of of batch.map(tally)) {
      // A large table is read in pieces, and the earlier ones may have used up its time.
      if (of.unhashed === undefined && left(of) <= 0) of.unhashed = overBudget(options.budget);
    }
    const scans = batch.filter((scan) => tally(scan).unhashed === undefined);
    const [first] = scans;
    if (first === undefined) return;
    const limit = Math.min(...scans.map((scan) => left(tally(scan))));
    const started = performance.now();
    try {
      await read(session, scans, false, Number.isFinite(limit) ? limit : undefined);
    } catch (thrown) {
      if (scans.length > 1 && sqlstate(thrown) !== undefined) {
        // One table spoiled the batch for all: each for itself tells which.
        for (const scan of scans) await hash(session, [scan]);
      } else if (sqlstate(thrown) === "57014" && performance.now() - started >= limit - 1) {
        tally(first).unhashed = overBudget(options.budget);
      } else if (isTooLarge(thrown)) {
        tally(first).unhashed = tooLarge;
      } else {
        throw explainReadError(thrown, first.part.qualified, options.read.lockTimeout);
      }
    }
  };

  const takeSample = async (session: Session, table: ListedTable, of: Tally): Promise<void> => {
    const seconds = stopwatch();
    for (const part of table.parts) {
      const [row] = await reading(session, options.read, () => session.query<SampleRow>(sampleQuery(part))).catch(
        (thrown: unknown) => {
          throw explainReadError(thrown, part.qualified, options.read.lockTimeout);
        },
      );
      if (row === undefined) continue;
      of.sample = addSums(of.sample ?? noRows, sumsOf(row));
      of.sums = { ...of.sums, rows: of.sums.rows + Number(row.total) };
    }
    of.seconds += seconds();
  };

  const count = async (session: Session, table: ListedTable): Promise<void> => {
    const of = tallies.get(table);
    if (of === undefined || table.parts.length === 0) return;
    of.sums = noRows;
    try {
      await read(
        session,
        table.parts.map((part) => ({ table, part })),
        true,
      );
    } catch (thrown) {
      throw explainReadError(thrown, table.name, options.read.lockTimeout);
    }
  };

  return {
    tasks: [
      ...[...tallies]
        .filter(([, of]) => of.sample !== undefined)
        .map(
          ([table, of]) =>
            (session: Session) =>
              takeSample(session, table, of),
        ),
      ...planScans(tables).map((batch) => (session: Session) => hash(session, batch)),
    ],
    recounts: () =>
      [...tallies]
        .filter(([table, of]) => table.populated && of.unhashed !== undefined && of.sample === undefined)
        .map(
          ([table]) =>
            (session: Session) =>
              count(session, table),
        ),
    tables: () => Object.fromEntries([...tallies].map(([table, of]) => [table.name, outcome(table, of)])),
  };
}

function overBudget(seconds: number | undefined): Unhashed {
  return { why: `its hash took longer than the plan's table_budget of ${seconds} s`, excused: false };
}

function outcome(table: ListedTable, { sums, seconds, unhashed, sample }: Tally): TableCensus {
  return {
    rows: sums.rows,
    hash: unhashed === undefined ? formatSums(sums) : null,
    kind: table.kind,
    seconds: Math.round(seconds * 1000) / 1000,
    ...(unhashed === undefined ? {} : { unhashed }),
    ...(sample === undefined ? {} : { sample: { one_in: oneIn, rows: sample.rows, hash: formatSums(sample) } }),
  };
}
