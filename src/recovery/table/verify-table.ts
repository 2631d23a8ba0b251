import { createHash } from "node:crypto";
import { sleep } from "../../base/sleep.ts";
import { connect } from "../../postgres/connect.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { findViolations } from "../../proof/foreign-keys.ts";
import type { Verified } from "../types.ts";
import { countPolicies, type Protection, readProtection } from "./protection.ts";
import { listReferences, type Reference } from "./references.ts";
import { sqlstateOf } from "./server-errors.ts";
import { requireShape } from "./shape.ts";

/** What guards some tables, as a digest and a number. */
export interface Guards {
  readonly digest: string;
  readonly things: number;
  readonly policies: number;
}

function guardsOf(protection: Protection): Guards {
  return {
    digest: createHash("sha256").update(JSON.stringify(protection)).digest("hex"),
    things: protection.length,
    policies: countPolicies(protection),
  };
}

async function readTheirGuards(session: Session, tables: readonly string[]): Promise<Guards> {
  const oids: string[] = [];
  for (const table of tables) oids.push((await requireShape(session, table, "production")).oid);
  return guardsOf(await readProtection(session, oids));
}

/** Reads what guards tables now. */
export async function readGuards(target: Target, tables: readonly string[]): Promise<Guards> {
  await using session = await connect(target, { readOnly: true });
  return await readTheirGuards(session, tables);
}

/** What became of a transaction, as the server remembers it. */
export type TransactionStatus = "committed" | "aborted" | "in progress" | "forgotten";

/** How a transaction stands at this moment. */
export async function transactionStatus(target: Target, transaction: string): Promise<TransactionStatus> {
  await using session = await connect(target, { readOnly: true });
  const [row] = await session.query<{ status: "committed" | "aborted" | "in progress" | null }>(
    "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8) AS status",
    [transaction],
  );
  return row?.status ?? "forgotten";
}

/** Milliseconds: a server gives up a client that has vanished after a minute, since `endWithUs` has said so. */
const patience = 90_000;
const pause = 250;

/**
 * How a transaction has ended. One whose client is gone stays in progress until the server has noticed that; it is waited
 * for, since nobody could tell whether it may still be committed.
 */
export async function settledStatus(
  target: Target,
  transaction: string,
  signal: AbortSignal,
): Promise<TransactionStatus> {
  for (let left = patience; ; left -= pause) {
    const status = await transactionStatus(target, transaction);
    if (status !== "in progress" || left <= 0) return status;
    await sleep(pause, signal);
  }
}

/** Foreign keys with rows that refer to nothing, as `children_parent_id_fkey of public.children`, and how many. */
export type Orphans = Readonly<Record<string, number>>;

/** Foreign keys that begin or end in these tables, as far as their rows must keep them. */
function referencesOf(references: readonly Reference[], tables: readonly string[]): Reference[] {
  return references.filter(
    ({ binding, temporal, child, parent }) =>
      binding && !temporal && (tables.includes(child) || tables.includes(parent)),
  );
}

/**
 * Rows that refer to nothing although a foreign key is on: a load or a disaster may have left some. Those that were there
 * before are no fault of a recovery.
 *
 * @param unreadable what becomes of a foreign key whose other table this role may not read
 */
export async function countOrphans(
  session: Session,
  references: readonly Reference[],
  tables: readonly string[],
  unreadable: "passed over" | "a fault",
): Promise<Orphans> {
  const found: [string, number][] = [];
  for (const key of referencesOf(references, tables)) {
    const violations = await findViolations(session, [key]).catch((error: unknown) => {
      if (unreadable === "passed over" && sqlstateOf(error) === "42501") return [];
      throw error;
    });
    for (const [, { total }] of violations) if (total > 0) found.push([`${key.name} of ${key.child}`, total]);
  }
  return Object.fromEntries(found);
}

/**
 * Looks at production after the commit, from a connection of its own: are the foreign keys whole that begin or end in the
 * written tables, and is what guards them what it was. READ ONLY.
 */
export async function verifyTables(
  target: Target,
  tables: readonly string[],
  before: { readonly guards: Guards; readonly orphans: Orphans },
): Promise<Verified[]> {
  await using session = await connect(target, { readOnly: true });
  const now = await readTheirGuards(session, tables);
  const references = await listReferences(session);
  const orphans = Object.entries(await countOrphans(session, references, tables, "a fault"));
  const broken = orphans
    .filter(([key, rows]) => rows > (before.orphans[key] ?? 0))
    .map(([key, rows]) => `${key}: ${rows} rows`);
  const { guards } = before;
  const same = now.digest === guards.digest;
  return [
    {
      id: "table.references",
      title: "Foreign keys of the written tables, row by row",
      status: broken.length === 0 ? "passed" : "failed",
      expected: `${referencesOf(references, tables).length} foreign keys without a row that refers to nothing since`,
      actual: broken.length === 0 ? leftAsTheyWere(orphans.length) : broken.join(", "),
      reason: "",
    },
    {
      id: "table.guards",
      title: "Row level security, policies, grants, triggers and constraints",
      status: same ? "passed" : "failed",
      expected: `as before: ${guards.things} things, ${guards.policies} policies among them`,
      actual: same ? "as before" : `changed: ${now.things} things, ${now.policies} policies among them`,
      reason: "",
    },
  ];
}

function leftAsTheyWere(keys: number): string {
  return keys === 0 ? "none" : `none but those that were there before, in ${keys} of them`;
}
