import { compareInventories } from "../../census/compare-inventory.ts";
import type { Census, Difference, InventoryObject } from "../../census/types.ts";

/** One thing that is not as in the last good census, by its name; definitions stay in the vault. */
export interface Change {
  readonly kind: string;
  readonly object: string;
  readonly attribute: string;
  /** As seen from the good census: `added` was not there. */
  readonly change: "added" | "gone" | "changed";
  /** Whether it decides who may read, write or run what. */
  readonly security: boolean;
}

export interface SecurityAudit {
  /** When the good census and the suspected one were taken, ISO 8601 UTC. */
  readonly good_at: string;
  readonly suspect_at: string;
  readonly changes: readonly Change[];
  readonly not_covered: readonly { readonly what: string; readonly why: string }[];
}

/** Kinds and attributes that say who may do what. What is not among them is told too, after these. */
const securityKinds =
  /^(role|role-password|role-setting|membership|parameter-grant|policy|function|trigger|event-trigger|rule|view|default-privilege|system-grant|extension|language|foreign-server|user-mapping|publication|subscription|security-label)$/;
const securityAttributes = /^(granted|revoked|acl|owner|row_security|force_row_security|grants?|privileges)$/;

const words = { missing: "gone", extra: "added", changed: "changed" } as const;

const changeOf = ({ kind, object, attribute, change }: Difference): Change => ({
  kind,
  object,
  attribute,
  change: words[change],
  security: securityKinds.test(kind) || securityAttributes.test(attribute) || change === "extra",
});

/**
 * Kinds that belong to the whole server. Between a copy and its source a surplus one says nothing; between two censuses
 * of the same server it is what somebody has added.
 */
const ofServer = new Set(["role", "role-password", "membership", "parameter-grant"]);

function addedToServer(good: readonly InventoryObject[], suspect: readonly InventoryObject[]): Change[] {
  const key = ({ kind, name }: InventoryObject) => `${kind} ${name}`;
  const known = new Set(good.map(key));
  return suspect
    .filter((one) => ofServer.has(one.kind) && !known.has(key(one)))
    .map(({ kind, name }) => ({ kind, object: name, attribute: "*", change: "added", security: true }));
}

/**
 * What somebody has changed since the last census that is known to be good: roles, grants, policies, functions, triggers
 * and everything else that the inventory has. Both censuses must be of the same server.
 */
export function auditSecurity(good: Census, suspect: Census): SecurityAudit {
  const { differences, notCovered } = compareInventories(good.inventory, suspect.inventory, {
    expectedVersion: good.server_version_num,
    actualVersion: suspect.server_version_num,
  });
  const all = [...differences.map(changeOf), ...addedToServer(good.inventory, suspect.inventory)];
  const once = new Map(all.map((one) => [`${one.kind}\n${one.object}\n${one.attribute}`, one]));
  const changes = [...once.values()].sort(
    (a, b) => Number(b.security) - Number(a.security) || `${a.kind} ${a.object}`.localeCompare(`${b.kind} ${b.object}`),
  );
  return { good_at: good.taken_at, suspect_at: suspect.taken_at, changes, not_covered: notCovered };
}
