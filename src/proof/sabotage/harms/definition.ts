import type { InventoryObject } from "../../../census/types.ts";
import type { Ground, Harm } from "../types.ts";

/** A harm to one definition, told from what the inventory says about the object. */
export interface DefinitionHarm {
  readonly what: string;
  readonly kind: string;
  /** Whether the harm would change this object. */
  readonly when?: (object: InventoryObject) => boolean;
  readonly sql: (object: InventoryObject, ground: Ground) => string;
}

/** A list of attribute values that are texts; empty where the object has none. */
export function texts(object: InventoryObject, attribute: string): readonly string[] {
  const value = object.attributes[attribute];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** How a finding names an object of the inventory. */
export function findingName(kind: string, name: string): string {
  return `${kind.replaceAll("-", " ")} ${name}`;
}

/** Turns a row of a table of harms into a harm. */
export function definitionHarm(family: Harm["family"], { what, kind, when, sql }: DefinitionHarm): Harm {
  return {
    what,
    family,
    witness: { check: "definitions.equality", kinds: [kind] },
    *acts(ground) {
      for (const object of ground.objects(kind)) {
        if (when !== undefined && !when(object)) continue;
        yield { object: findingName(kind, object.name), sql: sql(object, ground), changesRows: false };
      }
    },
  };
}
