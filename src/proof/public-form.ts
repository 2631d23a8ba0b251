import { createHash } from "node:crypto";
import type { Json } from "../census/types.ts";

/**
 * Attributes of the inventory whose text is one of PostgreSQL's own words, a role, a grant or an object's name. All other
 * text (expressions, defaults, function bodies, option values, comments, labels) is the team's own and is published as a
 * digest only.
 */
const plainText: ReadonlySet<string> = new Set([
  "access_method",
  "command",
  "compression",
  "enabled",
  "enforcement",
  "event",
  "grants",
  "identity",
  "kind",
  "language",
  "owned_by",
  "owner",
  "parallel",
  "parent",
  "parents",
  "persistence",
  "replica_identity",
  "roles",
  "row_type_grants",
  "schema",
  "storage",
  "table",
  "tablespace",
  "tags",
  "type",
  "version",
  "volatility",
]);

/** What names, grants and keywords are made of, and no longer than a line: anything else is not what it says it is. */
const shortAndSimple = /^[\p{L}\p{N}_ .,:"=/*()[\]$+-]{0,120}$/u;

/** Key order is not part of what a definition says. */
function stable(value: Json): Json {
  if (Array.isArray(value)) return value.map(stable);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value as { readonly [key: string]: Json });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, stable(inner)]));
}

/** `sha256:ab12cd34` of a definition. */
export function definitionDigest(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(stable(value));
  return `sha256:${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}

function publicValue(attribute: string, value: Json): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  // Counts, costs and limits. A number of the team's own is part of an expression, and so of a text.
  if (typeof value === "number") return String(value);
  if (!plainText.has(attribute) || typeof value !== "string") return definitionDigest(value);
  return shortAndSimple.test(value) ? value : definitionDigest(value);
}

function isList(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Of a list such as grants only what the other side lacks is told: the rest is equal, and long. */
function publicList(attribute: string, items: readonly string[], others: readonly string[]): string {
  const own = items.filter((item) => !others.includes(item)).map((item) => publicValue(attribute, item));
  if (own.length > 0) return own.join(", ");
  return items.length === 0 ? "none" : "nothing more";
}

/** How both sides of a difference read in a report; neither holds an expression, a body or a value of the team's own. */
export function publicPair(attribute: string, expected: Json, actual: Json): { expected: string; actual: string } {
  const [left, right] = [expected ?? [], actual ?? []];
  if (plainText.has(attribute) && isList(left) && isList(right)) {
    return { expected: publicList(attribute, left, right), actual: publicList(attribute, right, left) };
  }
  return { expected: publicValue(attribute, expected), actual: publicValue(attribute, actual) };
}
