import { stoppable, together } from "../base/together.ts";
import type { Inventory } from "../census/inventory.ts";
import { sampledBy } from "../census/light.ts";
import { type CensusParts, readCensus } from "../census/read-census.ts";
import { joinReadings, readSequences, sequencesInScope } from "../census/sequences.ts";
import type { ExportedSnapshot } from "../census/snapshot.ts";
import type { Census } from "../census/types.ts";
import type { Session } from "../postgres/types.ts";
import type { AttemptOrder } from "./attempt-order.ts";
import { changedSince, definitionsWithin, isWaitedFor, markOf } from "./definitions.ts";
import { dumpDatabase } from "./dump.ts";

/** Who reads a snapshot, and how to stop them. */
export interface SnapshotReaders {
  /** In transactions that read in the snapshot. At least one. */
  readonly workers: readonly [Session, ...Session[]];
  /** pg_dump's jobs. */
  readonly jobs: number;
  /** Ends the workers' sessions, whatever they are at. */
  readonly stop: () => void;
}

/** What was read as long as the snapshot was held. */
export interface SnapshotReading {
  readonly parts: CensusParts;
  readonly sequences: Census["sequences"];
  /** Whether the definitions are still to be read. */
  readonly definitionsLate: boolean;
  /** Objects whose definition was another one after the dump; then dump and census may not fit together. */
  readonly changed: readonly string[];
}

/**
 * Dumps and counts a snapshot, and asks afterwards whether any definition changed meanwhile.
 *
 * @param mark the catalog's mark before anything was locked; null where the role may not read all of the catalog
 */
export async function readSnapshot(
  order: AttemptOrder,
  snapshot: ExportedSnapshot,
  mark: string | null,
  readers: SnapshotReaders,
): Promise<SnapshotReading> {
  const { exporter, progress, scope } = order;
  const sequences = sequencesInScope(snapshot.relations, scope);
  const before = await readSequences(exporter, sequences, { within: true });
  let late = order.definitionsLate && mark !== null;
  let [, parts] = await together(
    order.signal,
    (signal) => progress.step("Dump", () => dump(order, snapshot, readers.jobs, signal)),
    (signal) => stoppable(signal, readers.stop, () => count(order, snapshot, readers.workers, late)),
  );
  // The exporter sees what is new, and still holds its locks: what they kept waiting has not happened yet.
  const changed = await progress.step("Look for changed definitions", async () => {
    const unchanged = mark !== null && mark === (await markOf(exporter, { within: true }));
    if (late && unchanged && !(await isWaitedFor(exporter))) return [];
    if (late) parts = withDefinitions(parts, await definitionsWithin(readers.workers[0], scope));
    late = false;
    return unchanged ? [] : await changedSince(parts.inventory, exporter, scope);
  });
  const after = await readSequences(exporter, sequences, { within: true });
  return { parts, sequences: joinReadings(before, after), definitionsLate: late, changed };
}

/** What was counted, and definitions that were read for themselves. */
export function withDefinitions(parts: CensusParts, { objects, notCovered }: Inventory): CensusParts {
  return { ...parts, inventory: objects, not_covered: [...parts.not_covered, ...notCovered] };
}

function dump(order: AttemptOrder, snapshot: ExportedSnapshot, jobs: number, signal: AbortSignal): Promise<void> {
  return dumpDatabase(order.pgDump, {
    snapshot: snapshot.id,
    scope: order.scope,
    encoding: order.encoding,
    directory: order.dumpDirectory,
    jobs,
    largeObjects: order.largeObjects !== "forbidden",
    signal,
  });
}

function count(
  { progress, database, scope, largeObjects, countOnly }: AttemptOrder,
  { relations }: ExportedSnapshot,
  workers: readonly Session[],
  withoutDefinitions: boolean,
): Promise<CensusParts> {
  const lockTimeout = database.backup.lock_timeout * 1000;
  return progress.step("Count and hash", (note) =>
    readCensus(workers, {
      read: { within: true, lockTimeout },
      scope,
      database,
      relations,
      largeObjects,
      budget: database.census.table_budget,
      countOnly,
      sampled: sampledBy(database),
      withoutDefinitions,
      note,
    }),
  );
}
