import { createHash } from "node:crypto";
import { connect } from "../../postgres/connect.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { findViolations } from "../../proof/foreign-keys.ts";
import type { Verified } from "../types.ts";
import { countPolicies, type Protection, readProtection } from "./protection.ts";
import { listReferences } from "./references.ts";
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

/** Whether a transaction came to its end, as the server remembers it. */
export async function transactionStatus(
  target: Target,
  transaction: string,
): Promise<"committed" | "aborted" | "in progress" | "forgotten"> {
  await using session = await connect(target, { readOnly: true });
  const [row] = await session.query<{ status: "committed" | "aborted" | "in progress" | null }>(
    "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8) AS status",
    [transaction],
  );
  return row?.status ?? "forgotten";
}

/**
 * Looks at production after the commit, from a connection of its own: are the foreign keys whole that begin or end in the
 * written tables, and is what guards them what it was. READ ONLY.
 */
export async function verifyTables(target: Target, tables: readonly string[], before: Guards): Promise<Verified[]> {
  await using session = await connect(target, { readOnly: true });
  const now = await readTheirGuards(session, tables);
  const references = (await listReferences(session)).filter(
    ({ binding, temporal, child, parent }) =>
      binding && !temporal && (tables.includes(child) || tables.includes(parent)),
  );
  const broken: string[] = [];
  for (const key of references) {
    const { total } = await findViolations(session, key);
    if (total > 0) broken.push(`${key.name} of ${key.child}: ${total} rows`);
  }
  const same = now.digest === before.digest;
  return [
    {
      id: "table.references",
      title: "Foreign keys of the written tables, row by row",
      status: broken.length === 0 ? "passed" : "failed",
      expected: `${references.length} foreign keys without a row that refers to nothing`,
      actual: broken.length === 0 ? "none" : broken.join(", "),
      reason: "",
    },
    {
      id: "table.guards",
      title: "Row level security, policies, grants, triggers and constraints",
      status: same ? "passed" : "failed",
      expected: `as before: ${before.things} things, ${before.policies} policies among them`,
      actual: same ? "as before" : `changed: ${now.things} things, ${now.policies} policies among them`,
      reason: "",
    },
  ];
}
