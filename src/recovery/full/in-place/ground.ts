import { z } from "zod";
import { identifierParts, inSchema, relationInName } from "../../../census/inventory-names.ts";
import type { InventoryObject } from "../../../census/types.ts";
import type { Session } from "../../../postgres/types.ts";
import { unquoted } from "../../../proof/names.ts";
import { markerSchema } from "../../marker.ts";
import { recoverySql } from "../../sql.ts";

const groundSql = recoverySql("full/ground");

const alwaysRow = z.object({
  name: z.string(),
  table: z.string(),
  ours: z.boolean(),
  off: z.string(),
  on: z.string(),
});

/** A trigger that fires also while triggers are held back, and what switches it off and on again. `ours`: that we may do so. */
export type Always = Readonly<z.output<typeof alwaysRow>>;

const row = z.object({
  schemas: z.array(z.string()),
  containers: z.array(z.string()),
  loose: z.array(z.string()),
  roles: z.array(z.string()),
  hangers: z.array(z.string()),
  writable: z.array(z.string()),
  emptiable: z.array(z.string()),
  partitioned: z.array(z.string()),
  unvalidated: z.boolean(),
  always: z.array(alwaysRow),
});

/** What of a hosted database is the team's, and what may be done with the rest. */
export interface Ground {
  /** Schemas that are ours, by their bare names. */
  readonly schemas: ReadonlySet<string>;
  /** Schemas, extensions and publications that are there, whoever's they are, by `containerKey`. */
  readonly containers: ReadonlySet<string>;
  /** Event triggers, casts and transforms that are there: they go with what they call or convert. By `containerKey`. */
  readonly loose: ReadonlySet<string>;
  /** Roles that we may act as: owners of what we can make and drop. */
  readonly roles: ReadonlySet<string>;
  /** Triggers and policies that are there, by `hangerKey`. */
  readonly hangers: ReadonlySet<string>;
  /** Tables whose rows we may replace, by `tableKey`. */
  readonly writable: ReadonlySet<string>;
  readonly emptiable: ReadonlySet<string>;
  readonly partitioned: ReadonlySet<string>;
  /** Whether a table of ours has a rule that its older rows need not keep. */
  readonly unvalidated: boolean;
  /** Triggers that fire unless each is switched off; their `table` is a `tableKey`. */
  readonly always: readonly Always[];
}

const jsonArray = (parts: readonly string[]) => `[${parts.map((part) => JSON.stringify(part)).join(", ")}]`;

export const containerKey = (kind: string, name: string): string => jsonArray([kind, name]);
export const tableKey = (schema: string, table: string): string => jsonArray([schema, table]);
export const hangerKey = (kind: string, schema: string, table: string, name: string): string =>
  jsonArray([kind, schema, table, name]);

export async function readGround(session: Session): Promise<Ground> {
  const [found] = z.array(row).parse(await session.query(groundSql, [markerSchema]));
  if (found === undefined) throw new Error("the server says nothing of itself");
  const { schemas, containers, loose, roles, hangers, writable, emptiable, partitioned, unvalidated, always } = found;
  return {
    schemas: new Set(schemas),
    containers: new Set(containers),
    loose: new Set(loose),
    roles: new Set(roles),
    hangers: new Set(hangers),
    writable: new Set(writable),
    emptiable: new Set(emptiable),
    partitioned: new Set(partitioned),
    unvalidated,
    always,
  };
}

/** What can be hung on a table of somebody else. */
const hanging = new Set(["trigger", "policy"]);

/** What is said about another object. */
const noted = new Set(["comment", "security-label"]);

/**
 * Whether a definition comes back with a recovery in place. All others stay as they are now: what the platform owns,
 * and what belongs to the whole server, such as roles.
 */
export function isOurs({ kind, name, attributes }: InventoryObject, ground: Ground): boolean {
  const { schemas } = ground;
  if (hanging.has(kind)) return true;
  if (noted.has(kind)) {
    const { table, of } = attributes;
    const subject = typeof table === "string" ? table : typeof of === "string" ? of : "";
    return schemas.has(unquoted(identifierParts(subject)[0] ?? ""));
  }
  const relation = relationInName({ kind, name });
  const qualified = relation ?? (inSchema.has(kind) || kind === "publication-table" ? name : null);
  if (qualified === null) return false;
  return schemas.has(unquoted(identifierParts(qualified)[0] ?? ""));
}
