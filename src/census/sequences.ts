import type { Session } from "../postgres/types.ts";
import { definitionsInScope, type Relation } from "./relations.ts";
import { explainReadError } from "./sqlstate.ts";
import { type ReadOptions, reading } from "./transaction.ts";
import type { Scope, SequenceCensus, SequenceState } from "./types.ts";

/** So many sequences are read with one query. */
const batch = 200;

/** What a sequence is, apart from where it stands. */
interface SequenceRow extends SequenceState {
  readonly index: number;
  readonly increment: string;
  readonly cycles: boolean;
}

/** One reading of all sequences, by name. */
export type SequenceReading = ReadonlyMap<string, Omit<SequenceRow, "index">>;

/** The sequences whose state a dump carries: those of an extension only where it marked them as configuration. */
export function sequencesInScope(relations: readonly Relation[], scope: Scope): Relation[] {
  const inScope = definitionsInScope(scope);
  return relations.filter((r) => r.kind === "S" && inScope(r) && (r.extension === null || r.configuration !== null));
}

/**
 * Reads where sequences stand now: they ignore snapshots.
 *
 * @param options with these every batch is a reading of its own, whose locks are free before the next: the lock table of
 *   a server with default settings has no room for thousands of sequences beside their tables. Without, the queries
 *   stand in whatever transaction the session is in.
 */
export async function readSequences(
  session: Session,
  sequences: readonly Relation[],
  options?: ReadOptions,
): Promise<SequenceReading> {
  const readings = new Map<string, Omit<SequenceRow, "index">>();
  for (let start = 0; start < sequences.length; start += batch) {
    const some = sequences.slice(start, start + batch);
    const query = some
      .map(
        ({ oid, qualified }, index) =>
          `SELECT ${index} AS index, s.last_value::text, s.is_called, q.seqincrement::text AS increment, q.seqcycle AS cycles
           FROM ${qualified} AS s, pg_catalog.pg_sequence q WHERE q.seqrelid = ${oid}`,
      )
      .join("\nUNION ALL\n");
    const ask = () => session.query<SequenceRow>(query);
    const rows = await (options === undefined ? ask() : reading(session, options, ask)).catch((thrown: unknown) => {
      throw explainReadError(thrown, some.length === 1 ? String(some[0]?.qualified) : "the sequences");
    });
    for (const { index, ...row } of rows) {
      const sequence = some[index];
      if (sequence !== undefined) readings.set(sequence.qualified, row);
    }
  }
  return readings;
}

/** Joins the readings before and after the dump; a sequence that is missing in one of them is left out. */
export function joinReadings(before: SequenceReading, after: SequenceReading): Record<string, SequenceCensus> {
  const joined: Record<string, SequenceCensus> = {};
  for (const [name, { last_value, is_called, increment, cycles }] of before) {
    const later = after.get(name);
    if (later === undefined) continue;
    joined[name] = {
      before: { last_value, is_called },
      after: { last_value: later.last_value, is_called: later.is_called },
      increment,
      cycles,
    };
  }
  return joined;
}
