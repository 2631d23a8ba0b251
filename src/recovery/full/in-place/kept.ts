import { z } from "zod";
import { compareInventories } from "../../../census/compare-inventory.ts";
import { identifierParts } from "../../../census/inventory-names.ts";
import type { Census, Difference, InventoryObject } from "../../../census/types.ts";
import type { QualifiedName } from "../../../postgres/quote.ts";
import type { Session } from "../../../postgres/types.ts";
import { unquoted } from "../../../proof/names.ts";
import { recoverySql } from "../../sql.ts";
import { type Ground, isOurs } from "./ground.ts";

/** The owner of a group of large objects: `OF postgres WITH {...}`. */
const ownerOf = ({ name }: InventoryObject) => unquoted(identifierParts(name.slice("OF ".length))[0] ?? "");

const isLargeObject = (object: InventoryObject) => object.kind === "large-object";
/** A comment or label of one. */
const saysOfLargeObject = ({ name }: InventoryObject) => name.startsWith("large object ");
const aboutLargeObject = (object: InventoryObject) => isLargeObject(object) || saysOfLargeObject(object);

/**
 * Whether all large objects, those of the backup and those of now, belong to roles that we may act as. Only then can their
 * content be compared as a whole, since the census has one hash of them all.
 */
export function ownsLargeObjects(backup: Census, now: readonly InventoryObject[], ground: Ground): boolean {
  if (backup.large_objects === null) return false;
  return [...backup.inventory, ...now].filter(isLargeObject).every((object) => ground.roles.has(ownerOf(object)));
}

/** Tells what comes back with a recovery in place from what stays as it is now. */
function dividing(backup: Census, now: readonly InventoryObject[], ground: Ground): (o: InventoryObject) => boolean {
  const owned = ownsLargeObjects(backup, now, ground);
  return (object) => {
    if (isLargeObject(object)) return backup.large_objects !== null && ground.roles.has(ownerOf(object));
    return saysOfLargeObject(object) ? owned : isOurs(object, ground);
  };
}

/**
 * The same where some large objects are not ours: what nobody can tell apart, their content as a whole and what is said of
 * them, is expected as it was found.
 */
export function withLargeObjectsAsFound(expected: Census, found: Census): Census {
  const inventory = [
    ...expected.inventory.filter((object) => !saysOfLargeObject(object)),
    ...found.inventory.filter(saysOfLargeObject),
  ];
  return { ...expected, inventory, large_objects: found.large_objects };
}

/** What must be there after a recovery in place: ours as in the backup, the platform's as it was before. */
export function expectedInPlace(backup: Census, before: readonly InventoryObject[], ground: Ground): Census {
  const ours = dividing(backup, before, ground);
  const inventory = [...backup.inventory.filter(ours), ...before.filter((object) => !ours(object))];
  return { ...backup, inventory };
}

/** A table with its partitions is one table of the census, under the topmost name. */
const topmostSql = recoverySql("full/topmost-tables");
const topmostRows = z.array(z.object({ name: z.string() }));

/** Names of kept tables as the census writes them; of one that is gone meanwhile its own. */
export async function censusNames(session: Session, kept: readonly QualifiedName[]): Promise<string[]> {
  const rows = await session.query(topmostSql, [kept.map(({ schema }) => schema), kept.map(({ name }) => name)]);
  return topmostRows.parse(rows).map(({ name }) => name);
}

/** Tables that may not be written are expected as they are, and so are those that the platform has made or dropped since. */
export function withKeptRows(
  expected: Census,
  found: Census,
  { kept, writable }: { readonly kept: readonly string[]; readonly writable: (table: string) => boolean },
): Census {
  const names = new Set(kept);
  const asTheyAre = Object.entries(found.tables).filter(
    ([name]) => names.has(name) || (expected.tables[name] === undefined && !writable(name)),
  );
  const ours = Object.entries(expected.tables).filter(([name]) => !names.has(name));
  return { ...expected, tables: Object.fromEntries([...ours, ...asTheyAre]) };
}

const versions = (backup: Census, serverNum: number) => ({
  expectedVersion: backup.server_version_num,
  actualVersion: serverNum,
});

/** What of our own definitions is other than in the backup. Large objects are no part of them. */
function ourChanges(
  backup: Census,
  now: readonly InventoryObject[],
  ground: Ground,
  serverNum: number,
): readonly Difference[] {
  const ours = (objects: readonly InventoryObject[]) =>
    objects.filter((object) => !aboutLargeObject(object) && isOurs(object, ground));
  return compareInventories(ours(backup.inventory), ours(now), versions(backup, serverNum)).differences;
}

/** How many of our own definitions are other than in the backup: where there are any, all are made anew. */
export const ourDifferences = (...args: Parameters<typeof ourChanges>): number => ourChanges(...args).length;

/** Kinds that stand alone: only their owner drops them. A view may go with what it reads from. */
const standalone = new Set(["table", "sequence", "function", "type", "domain"]);

/**
 * Objects of now in our schemas that are other than in the backup and belong to a role that we may not act as: they can
 * neither be dropped nor made anew, so the proof would fail in the end.
 */
export function outOfReach(
  backup: Census,
  now: readonly InventoryObject[],
  ground: Ground,
  serverNum: number,
): { readonly kind: string; readonly name: string; readonly owner: string }[] {
  const changed = new Set(ourChanges(backup, now, ground, serverNum).map(({ kind, object }) => `${kind} ${object}`));
  return now.flatMap(({ kind, name, attributes: { owner } }) => {
    const theirs = standalone.has(kind) && typeof owner === "string" && !ground.roles.has(owner);
    return theirs && changed.has(`${kind} ${name}`) ? [{ kind, name, owner }] : [];
  });
}

/** Whether owners, grants or comments of large objects are other than in the backup. */
export function largeObjectsDiffer(backup: Census, now: readonly InventoryObject[], serverNum: number): boolean {
  const [then, found] = [backup.inventory.filter(aboutLargeObject), now.filter(aboutLargeObject)];
  return compareInventories(then, found, versions(backup, serverNum)).differences.length > 0;
}

const shown = 5;

/** What the platform owns and is other now than in the backup: it stays as it is, and the report says so. */
export function platformDifferences(
  backup: Census,
  now: readonly InventoryObject[],
  ground: Ground,
  serverNum: number,
): { readonly what: string; readonly why: string }[] {
  const ours = dividing(backup, now, ground);
  const theirs = (objects: readonly InventoryObject[]) => objects.filter((object) => !ours(object));
  const { differences } = compareInventories(theirs(backup.inventory), theirs(now), versions(backup, serverNum));
  if (differences.length === 0) return [];
  const names = differences.slice(0, shown).map(({ kind, object }) => `${kind} ${object}`);
  const more = differences.length > shown ? ` and ${differences.length - shown} more` : "";
  const why = "they are the platform's or the whole server's, so a recovery in place leaves them as they are";
  return [{ what: `Definitions other than in the backup: ${names.join(", ")}${more}`, why }];
}
