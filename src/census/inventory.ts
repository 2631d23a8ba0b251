import type { Session } from "../postgres/types.ts";
import { inventoryQueries, type ScopeParameter, scopeQuery } from "./inventory-files.ts";
import type { InventoryObject, Json, Scope } from "./types.ts";

/** The catalog of a database, and what of it could not be read. */
export interface Inventory {
  readonly objects: readonly InventoryObject[];
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
}

/**
 * The kind of an entry that stands for a whole kind that could not be read: its name is that kind. It travels with the
 * inventory, so that whoever compares knows that nothing is known.
 */
export const unreadKind = "unread";

const insufficientPrivilege = "42501";

type ResolvedScope = { readonly [P in ScopeParameter]: readonly number[] };

/**
 * Reads everything that the catalog holds of a database and a project can own, as of the transaction that the caller has
 * open (READ ONLY, REPEATABLE READ; this makes a savepoint in it and nothing else). Works for any role: what it may not
 * read is in `notCovered` instead of an exception.
 *
 * Names are as SQL would write them, under a session whose `search_path` is empty, as `connect` pins it.
 *
 * @param kinds which kinds to read; all unless told otherwise
 */
export async function readInventory(
  session: Session,
  scope: Scope,
  kinds: readonly string[] | null = null,
): Promise<Inventory> {
  const objects: InventoryObject[] = [];
  const take = (_kind: string, found: readonly InventoryObject[]) => {
    for (const object of found) objects.push(object);
  };
  return { objects, notCovered: await readInventoryByKind(session, scope, take, kinds) };
}

/**
 * Reads the same kind by kind, so that nobody need hold all of it. Kinds that could not be read come last, together.
 *
 * @returns what could not be read
 */
export async function readInventoryByKind(
  session: Session,
  scope: Scope,
  take: (kind: string, objects: readonly InventoryObject[]) => void,
  kinds: readonly string[] | null = null,
): Promise<Inventory["notCovered"]> {
  const [resolved] = await session.query<ResolvedScope>(scopeQuery, [
    scope.excludedSchemas,
    scope.excludedTables,
    scope.excludedExtensions,
  ]);
  if (resolved === undefined) return [];
  const unread: InventoryObject[] = [];
  const notCovered: Inventory["notCovered"][number][] = [];
  // Reading changes nothing, so one savepoint serves all: going back to it only ends the aborted state.
  await session.query("SAVEPOINT inventory");
  for (const query of inventoryQueries) {
    const { kind } = query;
    if (kinds !== null && !kinds.includes(kind)) continue;
    try {
      const rows = await session.query<{ name: string; attributes: { [attribute: string]: Json } }>(
        query.sql,
        query.parameters.map((parameter) => resolved[parameter]),
      );
      take(
        kind,
        rows.map(({ name, attributes }) => ({ kind, name, attributes })),
      );
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === insufficientPrivilege)) throw thrown;
      await session.query("ROLLBACK TO SAVEPOINT inventory");
      unread.push({ kind: unreadKind, name: kind, attributes: {} });
      notCovered.push({
        what: `the definition of every ${kind.replaceAll("-", " ")}`,
        why: `role ${session.target.user} may not read it (${thrown.message})`,
      });
    }
  }
  await session.query("RELEASE SAVEPOINT inventory");
  if (unread.length > 0) take(unreadKind, unread);
  return notCovered;
}
