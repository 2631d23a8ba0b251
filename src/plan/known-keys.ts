import { z } from "zod";
import { planSchema } from "./schema.ts";

/** The part of JSON Schema that plans are described with. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: { readonly [key: string]: SchemaNode };
  readonly additionalProperties?: SchemaNode | boolean;
  readonly propertyNames?: SchemaNode;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

// zod types its output as JSON Schema at large; what planSchema can yield is the subset above.
const root = z.toJSONSchema(planSchema, { io: "input", target: "draft-7" }) as SchemaNode;

/** The plan's shape as JSON Schema (draft 7, what editors read), for the input as it is written. */
export function planShape(): SchemaNode {
  return root;
}

/** The shape of what may stand at a path, or undefined where nothing may. */
export function shapeAt(path: readonly PropertyKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const part of path) {
    if (typeof part === "number") node = node?.items;
    else {
      const key = String(part);
      const properties: SchemaNode["properties"] = node?.properties;
      if (properties && Object.hasOwn(properties, key)) node = properties[key];
      else node = typeof node?.additionalProperties === "object" ? node.additionalProperties : undefined;
    }
  }
  return node;
}

/** The keys that may stand in the map at a path. */
export function keysAt(path: readonly PropertyKey[]): string[] {
  return Object.keys(shapeAt(path)?.properties ?? {});
}

/** Every known key with the places where it belongs, as `databases.<name>.scope`; the top level is the empty string. */
export function placesOfKeys(): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  const visit = (node: SchemaNode, at: string): void => {
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      places.set(key, [...(places.get(key) ?? []), at]);
      visit(child, at === "" ? key : `${at}.${key}`);
    }
    if (typeof node.additionalProperties === "object") visit(node.additionalProperties, `${at}.<name>`);
    if (node.items) visit(node.items, `${at}[]`);
  };
  visit(root, "");
  return places;
}
