import { isDeepStrictEqual } from "node:util";
import { relationInName } from "./inventory-names.ts";
import { isRecord } from "./normalise.ts";
import { equalAsRead } from "./normalise-definition.ts";
import type { Difference, InventoryObject, Json } from "./types.ts";

/** Attributes that explain an entry and are not compared. */
const notCompared = new Set(["touched", "bootstrap", "of", "default_version", "not_dumped", "column_type"]);

/** Attributes that are always there, and absent in backups of versions that did not ask: nothing is known of them then. */
const askedLater = new Set([
  "extension dependents",
  "extension-member aggregate",
  "extension-member definition",
  "extension-member fields",
  "extension-member sequence",
]);

/** Attributes that PostgreSQL writes from parsed queries, so that majors, and a copy, write them differently. */
const queries = new Set(["definition", "using", "check", "body", "where"]);

/** The same of single expressions, in which no major names the table. */
const expressions = new Set(["default", "generated", "arguments", "constraints", "partition_key"]);

/** Whether what PostgreSQL wrote on both sides is the same, on its own or under the names of constraints. */
function readsTheSame(before: Json, after: Json, sameMajor: boolean): boolean {
  if (typeof before === "string" && typeof after === "string") return equalAsRead(before, after, sameMajor);
  if (!isRecord(before) || !isRecord(after)) return isDeepStrictEqual(before, after);
  const keys = Object.keys(before);
  return (
    isDeepStrictEqual(keys.sort(), Object.keys(after).sort()) &&
    keys.every((key) => readsTheSame(before[key] ?? null, after[key] ?? null, sameMajor))
  );
}

/** How a role is written inside an `aclitem`. */
function aclName(role: string): string {
  return /^[A-Za-z0-9_]+$/.test(role) ? role : `"${role.replaceAll('"', '""')}"`;
}

/** Grants with `<owner>` in place of the owner's name: a new owner takes over the grants of the old one. */
function grantsByOwner(grants: Json | undefined, owner: Json | undefined): Json {
  if (!Array.isArray(grants) || typeof owner !== "string") return grants ?? null;
  const name = aclName(owner);
  return grants
    .map((item) => {
      if (typeof item !== "string") return item;
      const grantee = item.startsWith(`${name}=`) ? `<owner>${item.slice(name.length)}` : item;
      return grantee.endsWith(`/${name}`) ? `${grantee.slice(0, -name.length)}<owner>` : grantee;
    })
    .sort();
}

/**
 * The positions of columns of tables that lost or got some, counted among the columns that both sides have: one column
 * that is gone does not move all that stand behind it.
 */
export function commonPositions(
  left: ReadonlyMap<string, InventoryObject>,
  right: ReadonlyMap<string, InventoryObject>,
  unmatched: readonly InventoryObject[],
): (key: string, object: InventoryObject, side: "left" | "right") => Json {
  const tables = new Set(unmatched.filter((o) => o.kind === "column").map(relationInName));
  const ranks = { left: rank(left, right, tables), right: rank(right, left, tables) };
  return (key, object, side) => ranks[side].get(key) ?? object.attributes.position ?? null;
}

function rank(
  own: ReadonlyMap<string, InventoryObject>,
  other: ReadonlyMap<string, InventoryObject>,
  tables: ReadonlySet<string | null>,
): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  if (tables.size === 0) return ranks;
  const columns = new Map<string, { key: string; position: number }[]>();
  for (const [key, object] of own) {
    const { position } = object.attributes;
    if (object.kind !== "column" || typeof position !== "number" || !other.has(key)) continue;
    const table = relationInName(object);
    if (table === null || !tables.has(table)) continue;
    const list = columns.get(table) ?? [];
    list.push({ key, position });
    columns.set(table, list);
  }
  for (const list of columns.values()) {
    list.sort((a, b) => a.position - b.position);
    for (const [place, { key }] of list.entries()) ranks.set(key, place + 1);
  }
  return ranks;
}

/** Every attribute that differs between two objects of the same name. */
export function changes(
  expected: InventoryObject,
  actual: InventoryObject,
  sameMajor: boolean,
  positions: readonly [Json, Json],
): Difference[] {
  const differences: Difference[] = [];
  const names = new Set([...Object.keys(expected.attributes), ...Object.keys(actual.attributes)]);
  const newOwner = !isDeepStrictEqual(expected.attributes.owner, actual.attributes.owner);
  for (const attribute of [...names].filter((name) => !notCompared.has(name)).sort()) {
    const before = attribute === "position" ? positions[0] : (expected.attributes[attribute] ?? null);
    const after = attribute === "position" ? positions[1] : (actual.attributes[attribute] ?? null);
    if (isDeepStrictEqual(before, after)) continue;
    if (askedLater.has(`${expected.kind} ${attribute}`) && (before === null || after === null)) continue;
    // Without a position on one side it is a child of classical inheritance there, which the table's entry tells.
    if (attribute === "position" && (before === null || after === null)) continue;
    if (attribute === "grants" && newOwner) {
      const old = grantsByOwner(before, expected.attributes.owner);
      if (isDeepStrictEqual(old, grantsByOwner(after, actual.attributes.owner))) continue;
    }
    const asWritten = expected.kind === "function" && attribute === "body" && expected.attributes.sql_body !== true;
    if (queries.has(attribute) && !asWritten && readsTheSame(before, after, sameMajor)) continue;
    if (expressions.has(attribute) && readsTheSame(before, after, true)) continue;
    differences.push({
      kind: expected.kind,
      object: expected.name,
      attribute,
      change: "changed",
      expected: before,
      actual: after,
    });
  }
  return differences;
}
