import type { z } from "zod";
import type { PathFault } from "./fault.ts";
import { harmless, showPath } from "./harmless.ts";
import { keysAt, placesOfKeys, shapeAt } from "./known-keys.ts";
import { suggestion } from "./suggestion.ts";
import { valueAt } from "./value-at.ts";

/* Turns what zod found into sentences for people: the key, the value where it is harmless, the fix. */

type Issue = z.core.$ZodIssue;

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null) return "empty";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return "text";
  if (typeof value === "number") return Number.isInteger(value) ? "a number" : "a fraction";
  return typeof value === "boolean" ? "true or false" : "missing";
}

const due: Readonly<Record<string, string>> = {
  object: 'must be a map (lines of "key: value")',
  record: 'must be a map (lines of "key: value")',
  array: 'must be a list (lines that begin with "- ")',
  string: "must be text",
  number: "must be a number",
  int: "must be a whole number",
  boolean: "must be true or false",
};

function wrongType(issue: Issue & { code: "invalid_type" }, value: unknown): string {
  const shape = shapeAt(issue.path);
  if (value === undefined) return `is missing; add it${shape?.description ? `: ${shape.description}` : ""}`;
  if (issue.expected === "string" && typeof value === "number" && shape?.pattern?.includes("(s|m|h|d)")) {
    return `must have a unit (s, m, h or d), such as ${Number.isInteger(value) && value > 0 ? value : 4}h (it says ${value})`;
  }
  if (issue.expected === "boolean") return `${due.boolean}${says(issue.path, value)}`;
  const numeric = (issue.expected === "number" || issue.expected === "int") && !Number.isNaN(Number(value));
  const quotes =
    issue.expected === "string" && typeof value !== "object"
      ? "; put it in quotes"
      : typeof value === "string" && numeric
        ? "; remove the quotes"
        : "";
  return `${due[issue.expected] ?? `must be ${issue.expected}`}, not ${typeName(value)}${quotes}`;
}

/** A key of another map is a guess about the place as well: it must be nearer than one of the own. */
const shareElsewhere = 1 / 3;

function unknownKey(path: readonly PropertyKey[], key: string): string {
  if (key === "<<") return "takes over the keys of another map, which a plan cannot; write them out here";
  const here = suggestion(key, keysAt(path));
  if (here !== null) return `is not a known key; did you mean ${here}?`;
  const places = placesOfKeys();
  const elsewhere = suggestion(key, [...places.keys()], shareElsewhere);
  if (elsewhere === null) {
    return `is not a known key; known here are ${keysAt(path).join(", ")}`;
  }
  const found = places.get(elsewhere) ?? [];
  // Words such as `check`, `name` and `table` are keys of some item of a list, and hardly ever of that one.
  if (found.every((place) => place.endsWith("[]"))) {
    return `is not a known key; known here are ${keysAt(path).join(", ")}`;
  }
  const belongs = found.map((place) => (place === "" ? "the top level" : place)).join(" or ");
  return elsewhere === key
    ? `is not a known key here; it belongs to ${belongs}`
    : `is not a known key; did you mean ${elsewhere}? It belongs to ${belongs}`;
}

/** What is wrong, for an issue with one sentence. */
function sentenceOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue, value);
    case "invalid_value": {
      const allowed = issue.values.map(String);
      const due = allowed.length === 1 ? `must be ${allowed[0]}` : `must be one of ${allowed.join(", ")}`;
      if (value === undefined) return `is missing; it ${due}`;
      const near = typeof value === "string" ? suggestion(value, allowed) : null;
      return `${due}${says(issue.path, value)}${near === null || near === value ? "" : `; did you mean ${near}?`}`;
    }
    case "invalid_key":
      return issue.issues[0]?.message ?? "is not a usable name";
    case "too_small":
      return issue.origin === "number" || issue.origin === "int"
        ? `must be at least ${issue.minimum}${says(issue.path, value)}`
        : `${issue.message}${says(issue.path, value)}`;
    case "too_big":
      return issue.origin === "number" || issue.origin === "int"
        ? `must be at most ${issue.maximum}${says(issue.path, value)}`
        : issue.message;
    default:
      return `${issue.message}${says(issue.path, value)}`;
  }
}

/** The value in brackets, unless it might be a secret: what stands in place of a variable's name is never shown. */
function says(path: readonly PropertyKey[], value: unknown): string {
  const shown = String(path.at(-1)).endsWith("url_secret") ? null : harmless(value);
  return shown === null ? "" : ` (it says ${shown})`;
}

/** Sentences for everything that zod found in a plan. */
export function faultsOf(issues: readonly Issue[], plan: unknown): PathFault[] {
  return issues.flatMap((issue): PathFault[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return { path, message: `${showPath(path)} ${unknownKey(issue.path, key)}` };
      });
    }
    return [{ path: issue.path, message: `${showPath(issue.path)} ${sentenceOf(issue, valueAt(plan, issue.path))}` }];
  });
}
