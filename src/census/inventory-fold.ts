import { holdersOf, type ObjectReference } from "./inventory-names.ts";
import type { InventoryObject } from "./types.ts";

const relationKinds = ["table", "view", "matview"];

export interface Folded {
  readonly object: InventoryObject;
  /** How many of the other objects went with it. */
  readonly folded: number;
}

/**
 * Keeps of all missing (or all surplus) objects only those that are not gone merely because another one is: a table
 * stands for its columns, a schema for its tables, a constraint for its index.
 */
export function fold(gone: readonly InventoryObject[]): Folded[] {
  const find = finder(gone);
  const counts = new Map<InventoryObject, number>();
  for (const object of gone) {
    const root = rootOf(object, find);
    counts.set(root, (counts.get(root) ?? -1) + 1);
  }
  return [...counts].map(([object, folded]) => ({ object, folded }));
}

type Find = (object: InventoryObject) => InventoryObject | undefined;

function rootOf(object: InventoryObject, find: Find): InventoryObject {
  const seen = new Set<InventoryObject>();
  let root = object;
  for (let holder = find(root); holder !== undefined && !seen.has(holder); holder = find(root)) {
    seen.add(root);
    root = holder;
  }
  return root;
}

/** Looks up the nearest holder of an object among those that are gone too. */
function finder(gone: readonly InventoryObject[]): Find {
  const byKey = new Map<string, InventoryObject>();
  const byName = new Map<string, InventoryObject>();
  const constraintOfIndex = new Map<string, InventoryObject>();
  for (const object of gone) {
    byKey.set(`${object.kind} ${object.name}`, object);
    if (object.kind !== "comment" && object.kind !== "security-label") byName.set(object.name, object);
    const index = object.attributes.index;
    if (object.kind === "constraint" && typeof index === "string") constraintOfIndex.set(index, object);
  }
  const lookUp = ({ kind, name }: ObjectReference) => {
    if (kind === "any") return byName.get(name);
    const kinds = kind === "relation" ? relationKinds : [kind];
    return kinds.map((one) => byKey.get(`${one} ${name}`)).find((object) => object !== undefined);
  };
  return (object) => {
    const constraint = object.kind === "index" ? constraintOfIndex.get(object.name) : undefined;
    return (
      constraint ??
      holdersOf(object)
        .map(lookUp)
        .find((holder) => holder !== undefined && holder !== object)
    );
  };
}
