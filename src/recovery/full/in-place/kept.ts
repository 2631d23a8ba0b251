import { compareInventories } from "../../../census/compare-inventory.ts";
import type { Census, InventoryObject } from "../../../census/types.ts";
import { type Ground, isOurs } from "./ground.ts";

/** What must be there after a recovery in place: ours as in the backup, the platform's as it was before. */
export function expectedInPlace(backup: Census, before: readonly InventoryObject[], ground: Ground): Census {
  const inventory = [
    ...backup.inventory.filter((object) => isOurs(object, ground)),
    ...before.filter((object) => !isOurs(object, ground)),
  ];
  return { ...backup, inventory };
}

const versions = (backup: Census, serverNum: number) => ({
  expectedVersion: backup.server_version_num,
  actualVersion: serverNum,
});

/** How many of our own definitions are other than in the backup: where there are any, all are made anew. */
export function ourDifferences(
  backup: Census,
  now: readonly InventoryObject[],
  ground: Ground,
  serverNum: number,
): number {
  const ours = (objects: readonly InventoryObject[]) => objects.filter((object) => isOurs(object, ground));
  return compareInventories(ours(backup.inventory), ours(now), versions(backup, serverNum)).differences.length;
}

const shown = 5;

/** What the platform owns and is other now than in the backup: it stays as it is, and the report says so. */
export function platformDifferences(
  backup: Census,
  now: readonly InventoryObject[],
  ground: Ground,
  serverNum: number,
): { readonly what: string; readonly why: string }[] {
  const theirs = (objects: readonly InventoryObject[]) => objects.filter((object) => !isOurs(object, ground));
  const { differences } = compareInventories(theirs(backup.inventory), theirs(now), versions(backup, serverNum));
  if (differences.length === 0) return [];
  const names = differences.slice(0, shown).map(({ kind, object }) => `${kind} ${object}`);
  const more = differences.length > shown ? ` and ${differences.length - shown} more` : "";
  const why = "they are the platform's or the whole server's, so a recovery in place leaves them as they are";
  return [{ what: `Definitions other than in the backup: ${names.join(", ")}${more}`, why }];
}
