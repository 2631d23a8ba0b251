import { stopwatch } from "../base/clock.ts";
import { stoppable, together } from "../base/together.ts";
import { withoutLargeObjects } from "../census/large-objects.ts";
import { lockAndExport, releaseAll } from "../census/snapshot.ts";
import { type Census, censusFormat } from "../census/types.ts";
import { openSessions } from "../census/workers.ts";
import { readWrites } from "../census/writes.ts";
import type { AttemptOrder } from "./attempt-order.ts";
import { shareConnections } from "./connections.ts";
import { definitionsAfter, markOf } from "./definitions.ts";
import { backupErrors } from "./errors.ts";
import type { HashedFile } from "./files.ts";
import { finishDump } from "./finish-dump.ts";
import { readSnapshot, type SnapshotReading, withDefinitions } from "./read-snapshot.ts";

export interface Attempt {
  readonly census: Census;
  /** Every file of the dump. */
  readonly files: readonly HashedFile[];
  /** How long the source held the snapshot open. */
  readonly snapshotSeconds: number;
}

/**
 * Dumps and counts one snapshot, finds out whether any definition changed meanwhile, and writes the roles.
 *
 * @returns null where definitions were left for later and are others by then
 * @throws backup.definitions_changed where dump and census may not fit together
 */
export async function attemptBackup(order: AttemptOrder): Promise<Attempt | null> {
  const { exporter, target, database, scope, progress, largeObjects } = order;
  const { workers: count, jobs } = shareConnections({ ...database.backup, jobs: order.jobs });
  await using stack = new AsyncDisposableStack();
  const [worker, ...others] = await openSessions(stack, target, count);
  if (worker === undefined) throw new Error("no session was opened");
  const stop = () => void stack.disposeAsync();
  const readers = { workers: [worker, ...others] as const, jobs, stop };
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
  if (read.changed.length > 0) throw backupErrors.definitions_changed({ names: [...read.changed] });
  const late = read.definitionsLate && mark !== null ? { scope, mark, lockTimeout } : null;
  const complete = async () => {
    if (late === null) return read.parts;
    const found = await progress.step("Read the definitions", () => definitionsAfter(worker, late));
    return found === null ? null : withDefinitions(read.parts, found);
  };
  const [parts, files] = await together(
    order.signal,
    (signal) => stoppable(signal, stop, complete),
    (signal) => finishDump(order, { relations: snapshot.relations, tables: read.parts.tables }, signal),
  );
  if (parts === null) return null;
  const census: Census = {
    format: censusFormat,
    taken_at: snapshot.takenAt,
    server_version_num: exporter.versionNum,
    sequences: read.sequences,
    ...parts,
    writes,
    inventory: largeObjects === "forbidden" ? withoutLargeObjects(parts.inventory) : parts.inventory,
  };
  return { census, files, snapshotSeconds };
}
