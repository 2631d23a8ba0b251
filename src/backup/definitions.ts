import { isDeepStrictEqual } from "node:util";
import { readCatalogMark } from "../census/catalog-mark.ts";
import { type Inventory, readInventory, readInventoryByKind } from "../census/inventory.ts";
import { censusSql } from "../census/sql.ts";
import { explainReadError, isMoved, sqlstate } from "../census/sqlstate.ts";
import { type ReadOptions, reading } from "../census/transaction.ts";
import type { InventoryObject, Scope } from "../census/types.ts";
import type { Session } from "../postgres/types.ts";

/*
 * Reading all definitions takes as long as dumping a small database. They need not be read in the snapshot: as long as
 * the catalog's mark is what it was before the snapshot was taken, they are what they were in it.
 */

const waitersSql = censusSql("lock-waiters");
const lockNotAvailable = "55P03";

/** The mark of the catalog as this session sees it; null where its role may not read all of the catalog. */
export function markOf(session: Session, options: ReadOptions): Promise<string | null> {
  return reading(session, options, () => readCatalogMark(session)).catch((thrown: unknown) => {
    throw explainReadError(thrown, "the catalog");
  });
}

/** The definitions that a session sees within its snapshot. */
export function definitionsWithin(session: Session, scope: Scope): Promise<Inventory> {
  return reading(session, { within: true }, () => readInventory(session, scope)).catch((thrown: unknown) => {
    throw explainReadError(thrown, "the inventory");
  });
}

/** Whether somebody waits for a lock: a definition may change the moment that ours are released. */
export async function isWaitedFor(session: Session): Promise<boolean> {
  const [row] = await session.query<{ waiting: boolean }>(waitersSql);
  return row?.waiting !== false;
}

export interface LateReading {
  readonly scope: Scope;
  /** The catalog's mark before the snapshot was taken. */
  readonly mark: string;
  /** Milliseconds to wait for a table that someone holds exclusively. */
  readonly lockTimeout: number;
}

/**
 * The definitions as of a snapshot that is gone.
 *
 * @returns null where they are others by now, or somebody is about to change them
 */
export async function definitionsAfter(
  session: Session,
  { scope, mark, lockTimeout }: LateReading,
): Promise<Inventory | null> {
  try {
    const found = await reading(session, { lockTimeout }, async () =>
      (await readCatalogMark(session)) === mark ? await readInventory(session, scope) : null,
    );
    // Definitions that PostgreSQL writes from parsed queries are the newest, whatever the transaction sees.
    return found !== null && (await markOf(session, {})) === mark ? found : null;
  } catch (thrown) {
    if (isMoved(thrown) || sqlstate(thrown) === lockNotAvailable) return null;
    throw explainReadError(thrown, "the inventory");
  }
}

/**
 * Names of the objects whose definitions a session sees differ from earlier ones. One kind is read after the other: two
 * whole inventories of 5,000 tables would take 100 MB more.
 */
export async function changedSince(
  before: readonly InventoryObject[],
  session: Session,
  scope: Scope,
): Promise<string[]> {
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
function changedObjects(before: readonly InventoryObject[], after: readonly InventoryObject[]): string[] {
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
