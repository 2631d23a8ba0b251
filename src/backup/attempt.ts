import { isDeepStrictEqual } from "node:util";
import { stopwatch } from "../base/clock.ts";
import type { Progress } from "../base/progress.ts";
import { readCatalogMark } from "../census/catalog-mark.ts";
import type { CountOnly } from "../census/count-only.ts";
import { readInventoryByKind } from "../census/inventory.ts";
import { type LargeObjectAccess, withoutLargeObjects } from "../census/large-objects.ts";
import { sampledBy } from "../census/light.ts";
import { readCensus } from "../census/read-census.ts";
import type { Relation } from "../census/relations.ts";
import { joinReadings, readSequences, sequencesInScope } from "../census/sequences.ts";
import { lockAndExport, releaseAll } from "../census/snapshot.ts";
import { explainReadError } from "../census/sqlstate.ts";
import { reading } from "../census/transaction.ts";
import { type Census, censusFormat, type InventoryObject, type Scope } from "../census/types.ts";
import { openSessions } from "../census/workers.ts";
import { readWrites } from "../census/writes.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import type { Session, Target } from "../postgres/types.ts";
import type { Client } from "./client.ts";
import { shareConnections } from "./connections.ts";
import { dumpDatabase } from "./dump.ts";

/** What one try at a backup needs. */
export interface AttemptOrder {
  readonly target: Target;
  readonly database: DatabasePlan;
  readonly scope: Scope;
  /** The session that holds locks and snapshot until the end. */
  readonly exporter: Session;
  /** Encoding of the database. */
  readonly encoding: string;
  /** Where the dump goes; must not exist. */
  readonly dumpDirectory: string;
  readonly countOnly: CountOnly;
  readonly largeObjects: LargeObjectAccess;
  /** Ready to start: as long as it does not hold its locks, others may come between. */
  readonly pgDump: Client;
  /** pg_dump's jobs: the plan's, or fewer. */
  readonly jobs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface Attempt {
  readonly census: Census;
  readonly relations: readonly Relation[];
  /** Objects whose definition was another one after the dump; then dump and census may not fit together. */
  readonly changed: readonly string[];
  /** How long the source held the snapshot open. */
  readonly snapshotSeconds: number;
}

/** Dumps and counts one snapshot, and asks afterwards whether any definition changed meanwhile. */
export async function attemptBackup(order: AttemptOrder): Promise<Attempt> {
  const { exporter, progress, scope, target, database, largeObjects } = order;
  const lockTimeout = database.backup.lock_timeout * 1000;
  const share = shareConnections({ ...database.backup, jobs: order.jobs });
  await using stack = new AsyncDisposableStack();
  const workers = await openSessions(stack, target, share.workers);
  const sessions = { exporter, workers };
  const writes = await readWrites(exporter);
  const snapshot = await progress.step("Lock and take the snapshot", () =>
    lockAndExport({ ...sessions, scope, lockTimeout }),
  );
  const open = stopwatch();
  try {
    const sequences = sequencesInScope(snapshot.relations, scope);
    const before = await readSequences(exporter, sequences, { within: true });
    let mark: string | null = null;
    const parts = await together(
      order.signal,
      (signal) =>
        progress.step("Dump", () =>
          dumpDatabase(order.pgDump, {
            snapshot: snapshot.id,
            scope,
            encoding: order.encoding,
            directory: order.dumpDirectory,
            jobs: share.jobs,
            largeObjects: largeObjects !== "forbidden",
            signal,
          }),
        ),
      () =>
        progress.step("Count and hash", async (note) => {
          mark = await markOf(workers[0] ?? exporter);
          return await readCensus(workers, {
            read: { within: true, lockTimeout },
            scope,
            database,
            relations: snapshot.relations,
            largeObjects,
            budget: database.census.table_budget,
            countOnly: order.countOnly,
            sampled: sampledBy(database),
            note,
          });
        }),
      () => stack.disposeAsync(),
    );
    // The exporter sees what is new, and still holds its locks: what they kept waiting has not happened yet.
    const changed = await progress.step("Look for changed definitions", async () => {
      const unchanged = mark !== null && mark === (await markOf(exporter));
      return unchanged ? [] : await changedSince(parts.inventory, exporter, scope);
    });
    const after = await readSequences(exporter, sequences, { within: true });
    const census: Census = {
      format: censusFormat,
      taken_at: snapshot.takenAt,
      server_version_num: exporter.versionNum,
      sequences: joinReadings(before, after),
      ...parts,
      writes,
      inventory: largeObjects === "forbidden" ? withoutLargeObjects(parts.inventory) : parts.inventory,
    };
    return { census, relations: snapshot.relations, changed, snapshotSeconds: open() };
  } finally {
    await releaseAll(sessions);
  }
}

/**
 * Runs dump and census at the same time. Where one fails or the run is stopped, the other is stopped too, and nothing
 * of either is still at work when this throws.
 */
async function together<T>(
  signal: AbortSignal,
  dump: (signal: AbortSignal) => Promise<void>,
  census: () => Promise<T>,
  stopCensus: () => Promise<void>,
): Promise<T> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const onAbort = () => void stopCensus();
  either.addEventListener("abort", onAbort, { once: true });
  if (either.aborted) onAbort();
  const work = [dump(either), census()] as const;
  try {
    const [, parts] = await Promise.all(work);
    return parts;
  } catch (thrown) {
    stop.abort();
    await Promise.allSettled(work);
    throw thrown;
  } finally {
    either.removeEventListener("abort", onAbort);
  }
}

function markOf(session: Session): Promise<string | null> {
  return reading(session, { within: true }, () => readCatalogMark(session)).catch((thrown: unknown) => {
    throw explainReadError(thrown, "the catalog");
  });
}

/** Reads the inventory again, one kind after the other: two whole ones of 5,000 tables would take 100 MB more. */
async function changedSince(before: readonly InventoryObject[], session: Session, scope: Scope): Promise<string[]> {
  const earlier = Map.groupBy(before, ({ kind }) => kind);
  const changed: string[] = [];
  await readInventoryByKind(session, scope, (kind, objects) => {
    changed.push(...changedObjects(earlier.get(kind) ?? [], objects));
    earlier.delete(kind);
  }).catch((thrown: unknown) => {
    throw explainReadError(thrown, "the inventory");
  });
  return [...changed, ...[...earlier.values()].flatMap((objects) => changedObjects(objects, []))];
}

/** Names of the objects that two inventories of the same database do not agree on. */
export function changedObjects(before: readonly InventoryObject[], after: readonly InventoryObject[]): string[] {
  const key = ({ kind, name }: InventoryObject) => `${kind} ${name}`;
  const later = new Map(after.map((object) => [key(object), object]));
  const changed: string[] = [];
  for (const object of before) {
    const now = later.get(key(object));
    later.delete(key(object));
    if (now === undefined || !isDeepStrictEqual(now.attributes, object.attributes)) changed.push(key(object));
  }
  return [...changed, ...later.keys()];
}
