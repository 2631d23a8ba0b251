import type { Session } from "../postgres/types.ts";
import { censusSql } from "./sql.ts";
import { explainReadError, sqlstate } from "./sqlstate.ts";
import type { Census, InventoryObject } from "./types.ts";

const hashSql = censusSql("large-objects");

/** Whether the role may read large objects: `none` where there are none. */
export type LargeObjectAccess = "none" | "readable" | "forbidden";

/**
 * Finds out whether every large object may be read, by reading a byte of each: pg_read_all_data does not cover them,
 * and a server may have lifted the question (`lo_compat_privileges`). Runs in a savepoint of the current transaction,
 * which a refusal would otherwise end.
 */
export async function largeObjectAccess(session: Session): Promise<LargeObjectAccess> {
  await session.query("SAVEPOINT large_objects");
  try {
    const [row] = await session.query<{ count: number }>(
      `SELECT count(pg_catalog.lo_get(m.oid, 0, 1))::int AS count FROM pg_catalog.pg_largeobject_metadata m`,
    );
    return row?.count === 0 ? "none" : "readable";
  } catch (thrown) {
    if (sqlstate(thrown) !== "42501") throw explainReadError(thrown, "the large objects");
    await session.query("ROLLBACK TO SAVEPOINT large_objects");
    return "forbidden";
  }
}

/** Counts and hashes all large objects of the current transaction's snapshot. */
export async function readLargeObjects(session: Session): Promise<Census["large_objects"]> {
  const [row] = await session.query<{ count: number; hash: string }>(hashSql).catch((thrown: unknown) => {
    throw explainReadError(thrown, "the large objects");
  });
  return row === undefined ? null : { count: row.count, hash: row.hash };
}

/** An inventory of a backup that leaves the large objects out: without them, and without what is said about them. */
export function withoutLargeObjects(inventory: readonly InventoryObject[]): InventoryObject[] {
  const about = ({ kind, name }: InventoryObject) => kind === "large-object" || name.startsWith("large object ");
  return inventory.filter((object) => !about(object));
}
