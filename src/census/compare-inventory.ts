import { unreadKind } from "./inventory.ts";
import { changes, commonPositions } from "./inventory-changes.ts";
import { fold } from "./inventory-fold.ts";
import { relationInName } from "./inventory-names.ts";
import { majorOf, normalise } from "./normalise.ts";
import { everyRole, extensionOf, type JudgeContext, type JudgedDifference, whyNotInADump } from "./not-in-a-dump.ts";
import type { Difference, InventoryObject } from "./types.ts";

export interface CompareOptions {
  /** `server_version_num` of the server that each inventory was read from. */
  readonly expectedVersion: number;
  readonly actualVersion: number;
  /** Extensions that scope or restore left out of the copy, by name as SQL quotes it. */
  readonly skippedExtensions?: readonly string[];
}

export interface InventoryComparison {
  /** What is not as it must be. Definitions in it are for the vault and the terminal only. */
  readonly differences: readonly Difference[];
  /** What differs and cannot be otherwise on a copy made from a dump, or could not be compared. */
  readonly notCovered: readonly { readonly what: string; readonly why: string }[];
}

type ByKey = ReadonlyMap<string, InventoryObject>;

const keyOf = ({ kind, name }: { readonly kind: string; readonly name: string }) => `${kind} ${name}`;

/** Kinds of the whole cluster: what only the copy's server has was there before the copy. */
const clusterWide = new Set(["role", "role-password", "membership", "parameter-grant"]);

/** Kinds of which every database has some: a census without any beside one with some is of a version that did not ask. */
const neverEmpty = ["system-object"];

function notAsked(sides: readonly (readonly InventoryObject[])[]): string[] {
  return neverEmpty.filter((kind) => {
    const asked = sides.filter((side) => side.some((object) => object.kind === kind));
    return asked.length === 1;
  });
}

/**
 * Compares two inventories by kind and name, attribute by attribute. What went with a missing or surplus object (the
 * columns of a table, the tables of a schema) is counted in `folded` and not told one by one.
 *
 * @param expected the source's, as of the dump's snapshot
 * @param actual the copy's
 */
export function compareInventories(
  expected: readonly InventoryObject[],
  actual: readonly InventoryObject[],
  options: CompareOptions,
): InventoryComparison {
  const expectedMajor = majorOf(options.expectedVersion);
  const actualMajor = majorOf(options.actualVersion);
  const unread = new Map([
    ...notAsked([expected, actual]).map(
      (kind) => [kind, "one of the two sides is of a version that did not ask"] as const,
    ),
    ...[...expected, ...actual]
      .filter((o) => o.kind === unreadKind)
      .map((o) => [o.name, "one of the two sides could not be read"] as const),
  ]);
  const known = (o: InventoryObject) => o.kind !== unreadKind && !unread.has(o.kind);
  const left = byKey(normalise(expected.filter(known), expectedMajor, actualMajor));
  const right = byKey(normalise(actual.filter(known), actualMajor, expectedMajor));
  const sameMajor = expectedMajor === actualMajor;

  const judged = judge(left, right, sameMajor);
  const context = judgeContext(left, right, sameMajor, options.skippedExtensions ?? []);
  const differences: Difference[] = [];
  const excused: { what: Difference; why: string }[] = [];
  for (const one of judged) {
    const why = whyNotInADump(one, context);
    if (why === null) differences.push(one.difference);
    else excused.push({ what: one.difference, why });
  }
  const couldNot = [...unread]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, why]) => ({ what: `the definition of every ${kind.replaceAll("-", " ")}`, why }));
  return { differences, notCovered: [...couldNot, ...summarise(excused)] };
}

function byKey(objects: readonly InventoryObject[]): ByKey {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

/** Every difference in a stable order, with the objects that it is about. */
function judge(left: ByKey, right: ByKey, sameMajor: boolean): JudgedDifference[] {
  const missing = [...left.values()].filter((o) => !right.has(keyOf(o)));
  const extra = [...right.values()].filter((o) => !left.has(keyOf(o)) && !belongsToServer(o, left));
  const position = commonPositions(left, right, [...missing, ...extra]);
  const judged = [
    ...fold(missing).map(({ object, folded }) => whole(object, "missing", folded)),
    ...fold(extra).map(({ object, folded }) => whole(object, "extra", folded)),
  ];
  for (const [key, expected] of left) {
    const actual = right.get(key);
    if (actual === undefined) continue;
    const places = [position(key, expected, "left"), position(key, actual, "right")] as const;
    for (const difference of changes(expected, actual, sameMajor, places))
      judged.push({ difference, expected, actual });
  }
  const told = toldElsewhere(judged);
  return judged.filter((one) => !told(one)).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** Attributes of columns that change with the parents of their table. */
const followParents = new Set(["inherited", "also_local"]);

/** What is only the shadow of another difference: a table's new parents, an extension's new schema. */
function toldElsewhere(judged: readonly JudgedDifference[]): (one: JudgedDifference) => boolean {
  const changed = (kind: string, attribute: string) =>
    new Set(
      judged
        .map((one) => one.difference)
        .flatMap((d) => (d.kind === kind && d.attribute === attribute ? [d.object] : [])),
    );
  const adopted = changed("table", "parents");
  const moved = changed("extension", "schema");
  return ({ difference: { kind, object, attribute }, expected, actual }) => {
    if (kind === "extension-member") return moved.has(extensionOf(expected ?? actual) ?? "");
    return followParents.has(attribute) && adopted.has(relationInName({ kind, name: object }) ?? "");
  };
}

function sortKey({ difference: d }: JudgedDifference): string {
  return `${d.kind}\n${d.object}\n${d.attribute}`;
}

/** Whether something that only the copy has belongs to its server. Between the source's own roles everything counts. */
function belongsToServer(object: InventoryObject, expected: ByKey): boolean {
  const isKnown = (name: unknown) =>
    typeof name === "string" && (name.startsWith("pg_") || expected.has(keyOf({ kind: "role", name })));
  if (object.kind === "comment" && object.name.startsWith("role ")) return !isKnown(object.attributes.of);
  if (object.kind === "role-setting") return object.name === everyRole;
  if (object.kind === "membership") return !(isKnown(object.attributes.member) && isKnown(object.attributes.role));
  return clusterWide.has(object.kind);
}

function whole(object: InventoryObject, change: "missing" | "extra", folded: number): JudgedDifference {
  const expected = change === "missing" ? object : undefined;
  const actual = change === "extra" ? object : undefined;
  return {
    difference: {
      kind: object.kind,
      object: object.name,
      attribute: "*",
      change,
      expected: expected?.attributes ?? null,
      actual: actual?.attributes ?? null,
      ...(folded === 0 ? {} : { folded }),
    },
    expected,
    actual,
  };
}

function judgeContext(left: ByKey, right: ByKey, sameMajor: boolean, skipped: readonly string[]): JudgeContext {
  const skippedExtensions = new Set(skipped);
  const otherVersion = new Set<string>();
  const skippedTables = new Set<string>();
  for (const [key, object] of left) {
    if (object.kind === "extension") {
      const actual = right.get(key);
      if (actual !== undefined && actual.attributes.version !== object.attributes.version)
        otherVersion.add(object.name);
    }
    const { extension } = object.attributes;
    if (object.kind === "extension-member" && typeof extension === "string" && skippedExtensions.has(extension)) {
      skippedTables.add(object.name.replace(/^(foreign )?table /, ""));
    }
  }
  return { sameMajor, skippedExtensions, otherVersion, skippedTables };
}

/** One line for what differs in the same way for the same reason, however many objects it is about. */
function summarise(excused: readonly { readonly what: Difference; readonly why: string }[]) {
  const groups = new Map<string, { objects: string[]; what: Difference; why: string }>();
  for (const { what, why } of excused) {
    const key = `${what.kind}\n${what.attribute}\n${why}`;
    const group = groups.get(key) ?? { objects: [], what, why };
    group.objects.push(what.object);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ objects, what, why }) => {
    const some = objects.slice(0, 3).join(", ") + (objects.length > 3 ? ` and ${objects.length - 3} more` : "");
    const part = what.attribute === "*" ? "" : `, ${what.attribute.replaceAll("_", " ")}`;
    return { what: `${what.kind.replaceAll("-", " ")} ${some}${part}`, why };
  });
}
