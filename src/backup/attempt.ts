import { stopwatch } from "../base/clock.ts";
import { withoutLargeObjects } from "../census/large-objects.ts";
import type { Relation } from "../census/relations.ts";
import { lockAndExport, releaseAll } from "../census/snapshot.ts";
import { type Census, censusFormat } from "../census/types.ts";
import { openSessions } from "../census/workers.ts";
import { readWrites } from "../census/writes.ts";
import type { AttemptOrder } from "./attempt-order.ts";
import { shareConnections } from "./connections.ts";
import { definitionsAfter, markOf } from "./definitions.ts";
import { readSnapshot, type SnapshotReading, withDefinitions } from "./read-snapshot.ts";

export interface Attempt {
  readonly census: Census;
  readonly relations: readonly Relation[];
  /** Objects whose definition was another one after the dump; then dump and census may not fit together. */
  readonly changed: readonly string[];
  /** How long the source held the snapshot open. */
  readonly snapshotSeconds: number;
}

/**
 * Dumps and counts one snapshot, and finds out whether any definition changed meanwhile.
 *
 * @returns null where definitions were left for later and are others by then
 */
export async function attemptBackup(order: AttemptOrder): Promise<Attempt | null> {
  const { exporter, target, database, scope, progress, largeObjects } = order;
  const { workers: count, jobs } = shareConnections({ ...database.backup, jobs: order.jobs });
  await using stack = new AsyncDisposableStack();
  const [worker, ...others] = await openSessions(stack, target, count);
  if (worker === undefined) throw new Error("no session was opened");
  const readers = { workers: [worker, ...others] as const, jobs, stop: () => stack.disposeAsync() };
  const sessions = { exporter, workers: readers.workers };
  const lockTimeout = database.backup.lock_timeout * 1000;
  const writes = await readWrites(exporter);
  const mark = await markOf(exporter, {});
  const snapshot = await progress.step("Lock and take the snapshot", () =>
    lockAndExport({ ...sessions, scope, lockTimeout }),
  );
  const open = stopwatch();
  let read: SnapshotReading;
  let snapshotSeconds: number;
  try {
    read = await readSnapshot(order, snapshot, mark, readers);
    snapshotSeconds = open();
  } finally {
    await releaseAll(sessions);
  }
  let { parts } = read;
  if (read.definitionsLate && mark !== null) {
    const late = { scope, mark, lockTimeout };
    const found = await progress.step("Read the definitions", () => definitionsAfter(worker, late));
    if (found === null) return null;
    parts = withDefinitions(parts, found);
  }
  const census: Census = {
    format: censusFormat,
    taken_at: snapshot.takenAt,
    server_version_num: exporter.versionNum,
    sequences: read.sequences,
    ...parts,
    writes,
    inventory: largeObjects === "forbidden" ? withoutLargeObjects(parts.inventory) : parts.inventory,
  };
  return { census, relations: snapshot.relations, changed: read.changed, snapshotSeconds };
}
