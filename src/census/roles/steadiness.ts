import type { Relation } from "../relations.ts";
import { calledNames, pinClock, readNames, readsClock, strays } from "./words.ts";

/** A policy, a view's definition or a function's body, as `sql/census/roles/texts.sql` gives it. */
export interface DecidingText {
  readonly kind: "policy" | "view" | "function";
  /** Of the table that a policy is on, of the view, of the function. */
  readonly oid: number;
  readonly name: string;
  readonly text: string;
  readonly relations: readonly number[];
  readonly functions: readonly number[];
  /** Whether a view reads a column of floating-point numbers. */
  readonly floats: boolean;
}

/** Whether what is visible of an object can be compared with what is visible of its copy. */
export type Steadiness =
  | { readonly kind: "steady" }
  /** Only by the same clock: policies ask for the time. */
  | { readonly kind: "by-the-clock" }
  /** It rightly differs. `ask`: whether asking who may read at all is harmless. */
  | { readonly kind: "unsteady"; readonly why: string; readonly ask: boolean };

export interface Surroundings {
  readonly texts: readonly DecidingText[];
  readonly relations: readonly Relation[];
  /** Whether a relation's rows are in the backup. */
  readonly held: (relation: Relation) => boolean;
}

const anyTime = "1970-01-01 00:00:00+00";

function groupBy<K, T>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  return Map.groupBy(items, key);
}

/** What is special about a relation that is read on the way. */
function ofRelation(relation: Relation, held: Surroundings["held"]): Steadiness | null {
  const name = relation.qualified;
  if (relation.kind === "f") return { kind: "unsteady", why: `it reads ${name}, on another server`, ask: false };
  if (relation.kind === "m") {
    return { kind: "unsteady", why: `it reads ${name}, a materialized view, which a restore refreshes`, ask: true };
  }
  if (held(relation) && (relation.extension === null || relation.configuration === "")) return null;
  return { kind: "unsteady", why: `it reads ${name}, whose rows are not all in the backup`, ask: true };
}

/**
 * Follows an object's policies and definitions through the relations and functions that they name, and says whether
 * what a role sees of it depends on rows alone. Functions are found by the names that a body calls, relations by what
 * follows FROM and JOIN: a body that puts its SQL together at run time keeps its secrets.
 */
export function steadinessOf({ texts, relations, held }: Surroundings): (oid: number) => Steadiness {
  const byRelation = groupBy(
    texts.filter(({ kind }) => kind !== "function"),
    ({ oid }) => oid,
  );
  const bodies = texts.filter(({ kind }) => kind === "function");
  const byFunction = groupBy(bodies, ({ oid }) => oid);
  const byName = groupBy(bodies, ({ name }) => name);
  const related = new Map(relations.map((relation) => [relation.oid, relation]));
  const leaves = groupBy(relations, ({ root }) => root);
  const named = groupBy(relations, ({ name }) => name);

  const follow = (start: number): Steadiness => {
    const relationsSeen = new Set<number>();
    const textsSeen = new Set<DecidingText>();
    let found: Steadiness = { kind: "steady" };
    const worse = (next: Steadiness | null) => {
      if (next === null || (found.kind === "unsteady" && !found.ask)) return;
      const rank = { steady: 0, "by-the-clock": 1, unsteady: 2 };
      const forbids = next.kind === "unsteady" && !next.ask;
      if (forbids || rank[next.kind] > rank[found.kind]) found = next;
    };
    const visitRelation = (oid: number): void => {
      if (relationsSeen.has(oid)) return;
      relationsSeen.add(oid);
      for (const relation of leaves.get(oid) ?? []) worse(ofRelation(relation, held));
      const self = related.get(oid);
      if (self !== undefined) worse(ofRelation(self, held));
      for (const text of byRelation.get(oid) ?? []) visitText(text);
    };
    const visitText = (item: DecidingText): void => {
      if (textsSeen.has(item)) return;
      textsSeen.add(item);
      const why = strays(item.text);
      if (why !== null) worse({ kind: "unsteady", why, ask: true });
      if (item.kind === "policy" && !readsClock(pinClock(item.text, anyTime))) {
        if (readsClock(item.text)) worse({ kind: "by-the-clock" });
      } else if (readsClock(item.text)) {
        worse({ kind: "unsteady", why: "rows come into sight and go out of it with time", ask: true });
      }
      for (const oid of item.relations) visitRelation(oid);
      for (const oid of item.functions) for (const body of byFunction.get(oid) ?? []) visitText(body);
      if (item.kind !== "function") return;
      for (const name of calledNames(item.text)) for (const body of byName.get(name) ?? []) visitText(body);
      for (const name of readNames(item.text)) for (const { oid } of named.get(name) ?? []) visitRelation(oid);
    };
    visitRelation(start);
    return found;
  };
  return follow;
}
