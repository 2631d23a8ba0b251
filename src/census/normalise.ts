import type { InventoryObject, Json } from "./types.ts";

/**
 * One way in which the same database reads differently on another major version of PostgreSQL. Each is applied to both
 * sides, and only where one side is older than `since` and the other is not: within one major nothing is glossed over.
 */
export interface Normalisation {
  readonly name: string;
  /** The first major with the new behaviour. */
  readonly since: number;
  readonly why: string;
  /** The object without what only newer majors say; null where only newer majors have such an object. */
  apply(object: InventoryObject): InventoryObject | null;
}

function without(object: InventoryObject, ...attributes: readonly string[]): InventoryObject {
  const rest = Object.fromEntries(Object.entries(object.attributes).filter(([key]) => !attributes.includes(key)));
  return { ...object, attributes: rest };
}

/** Takes the privilege MAINTAIN (`m`, perhaps with its grant option) out of `grantee=privileges/grantor`. */
export function withoutMaintain(item: string): string {
  const equals = endOfGrantee(item);
  const slash = item.indexOf("/", equals);
  return item.slice(0, equals) + item.slice(equals, slash).replace(/m\*?/, "") + item.slice(slash);
}

/** Where the `=` after the grantee is: a quoted name may hold one of its own. */
function endOfGrantee(item: string): number {
  if (!item.startsWith('"')) return item.indexOf("=");
  let at = 1;
  while (item[at] !== '"' || item[at + 1] === '"') at += item[at] === '"' ? 2 : 1;
  return at + 1;
}

const notNullConstraints: Normalisation = {
  name: "not-null-constraints",
  since: 18,
  why: "From 18 on NOT NULL is a constraint with a name; the column's own flag says the same in every major",
  apply(object) {
    return object.kind === "constraint" && object.attributes.type === "not null" ? null : object;
  },
};

const domainNotNullConstraints: Normalisation = {
  name: "domain-not-null-constraints",
  since: 17,
  why: "From 17 on NOT NULL of a domain is a constraint with a name; the domain's own flag says the same in every major",
  apply(object) {
    const constraints = object.attributes.constraints;
    if (object.kind !== "domain" || !isRecord(constraints)) return object;
    const kept = Object.entries(constraints).filter(([, one]) => !(isRecord(one) && one.type === "not null"));
    if (kept.length === 0) return without(object, "constraints");
    return { ...object, attributes: { ...object.attributes, constraints: Object.fromEntries(kept) } };
  },
};

const partitionIdentity: Normalisation = {
  name: "partition-identity",
  since: 17,
  why: "From 17 on partitions inherit that a column is an identity; before, only the partitioned table said so",
  apply(object) {
    return object.kind === "column" && object.attributes.inherited === true ? without(object, "identity") : object;
  },
};

const relations = new Set(["table", "view", "matview"]);

const maintainPrivilege: Normalisation = {
  name: "maintain-privilege",
  since: 17,
  why: "17 adds the privilege MAINTAIN, which owners have and GRANT ALL gives; older majors do not know it",
  apply(object) {
    const onTables = object.kind === "default-privilege" && object.name.endsWith(" ON tables");
    const grants = object.attributes.grants;
    if (!(relations.has(object.kind) || onTables) || !Array.isArray(grants)) return object;
    const items = grants.flatMap((item) => (typeof item === "string" ? [withoutMaintain(item)] : []));
    return { ...object, attributes: { ...object.attributes, grants: items.filter((item) => !item.includes("=/")) } };
  },
};

const membershipOptions: Normalisation = {
  name: "membership-options",
  since: 16,
  why: "16 moved `inherit` from the role to each membership and added `set`; older majors have neither",
  apply(object) {
    return object.kind === "membership" ? without(object, "inherit", "set") : object;
  },
};

/** Every known difference between majors that is about a whole object or attribute. */
export const normalisations: readonly Normalisation[] = [
  notNullConstraints,
  domainNotNullConstraints,
  partitionIdentity,
  maintainPrivilege,
  membershipOptions,
];

/** The major of a `server_version_num`: 150018 gives 15. */
export function majorOf(versionNum: number): number {
  return Math.floor(versionNum / 10_000);
}

/** An inventory as it is to be compared with one of another server, in the words that both majors know. */
export function normalise(objects: readonly InventoryObject[], major: number, otherMajor: number): InventoryObject[] {
  const applicable = normalisations.filter(
    ({ since }) => Math.min(major, otherMajor) < since && Math.max(major, otherMajor) >= since,
  );
  return objects.flatMap((object) => {
    let current: InventoryObject | null = object;
    for (const normalisation of applicable) current = current === null ? null : normalisation.apply(current);
    return current === null ? [] : [current];
  });
}

/** Whether a value of JSON is an object. */
export function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
