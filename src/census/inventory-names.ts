import type { InventoryObject } from "./types.ts";

/** An object of the inventory by kind and name; `relation` is a table, view or materialized view. */
export interface ObjectReference {
  readonly kind: string;
  readonly name: string;
}

/** Kinds whose names begin with their schema. */
export const inSchema: ReadonlySet<string> = new Set([
  "table",
  "view",
  "matview",
  "sequence",
  "index",
  "column",
  "function",
  "type",
  "domain",
  "operator",
  "operator-class",
  "operator-family",
  "collation",
  "conversion",
  "statistics",
  "text-search-configuration",
  "text-search-dictionary",
  "text-search-parser",
  "text-search-template",
]);

/** Kinds named `name ON table`. */
const onTable = new Set(["constraint", "trigger", "rule", "policy", "switched-off"]);

/** Where the identifier that begins at `start` ends: quoted, or up to whatever cannot stand in a bare one. */
function endOfIdentifier(text: string, start: number): number {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && !/[\s."(),]/.test(text.charAt(end))) end += 1;
    return end;
  }
  let end = start + 1;
  while (end < text.length) {
    if (text[end] !== '"') end += 1;
    else if (text[end + 1] === '"') end += 2;
    else return end + 1;
  }
  return end;
}

/** The parts of a dotted name as they are written: `public."a.b".c` gives `public`, `"a.b"`, `c`. */
export function identifierParts(name: string): string[] {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const end = endOfIdentifier(name, at);
    parts.push(name.slice(at, end));
    if (name[end] !== ".") return parts;
    at = end + 1;
  }
}

/** The relation that an object lies on, as its name tells; null for kinds that lie on none, or say it in `table`. */
export function relationInName({ kind, name }: ObjectReference): string | null {
  if (onTable.has(kind)) return name.slice(endOfIdentifier(name, 0) + " ON ".length);
  if (kind === "column") return identifierParts(name).slice(0, 2).join(".");
  return null;
}

function text(object: InventoryObject, attribute: string): string | null {
  const value = object.attributes[attribute];
  return typeof value === "string" ? value : null;
}

/**
 * What an object goes with when it is dropped, nearest first. What is not there because its table is not there need not
 * be told a second time.
 */
export function holdersOf(object: InventoryObject): ObjectReference[] {
  const holders: ObjectReference[] = [];
  const add = (kind: string, name: string | null) => {
    if (name !== null) holders.push({ kind, name });
  };
  const relation = relationInName(object) ?? text(object, "table");
  switch (object.kind) {
    case "comment":
    case "security-label":
      add("any", text(object, "of"));
      break;
    case "constraint":
    case "index":
      add(object.kind, text(object, "parent"));
      break;
    case "trigger":
      add("trigger", text(object, "clone_of"));
      break;
    case "table": {
      const parents = object.attributes.parents;
      if (Array.isArray(parents) && typeof parents[0] === "string") add("relation", parents[0]);
      break;
    }
    case "publication-table":
      add("publication", text(object, "publication"));
      break;
    case "extension-member":
      add("extension", text(object, "extension"));
      break;
    case "membership":
      add("role", text(object, "member"));
      add("role", text(object, "role"));
      break;
    case "role-setting":
    case "role-password":
      add("role", object.name);
      break;
    case "user-mapping":
      add("foreign-server", text(object, "server"));
      break;
    case "foreign-server":
      add("foreign-data-wrapper", text(object, "wrapper"));
      break;
    case "operator-class":
      add("operator-family", text(object, "family"));
      break;
  }
  add("relation", relation);
  const schemaBound = relation ?? (inSchema.has(object.kind) ? object.name : null);
  if (schemaBound !== null) add("schema", identifierParts(schemaBound)[0] ?? null);
  return holders;
}
