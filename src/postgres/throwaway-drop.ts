import { IthacaError } from "../base/errors.ts";
import { connect } from "./connect.ts";
import { faultOf } from "./connection-faults.ts";
import { quoteIdentifier } from "./quote.ts";
import { sqlFile } from "./sql-files.ts";
import { withDatabase } from "./target.ts";
import type { Session } from "./types.ts";

const leftoversSql = sqlFile("leftovers");

/** Drops a database with whatever may hold it: sessions, a template's flag, subscriptions. Says whether it is gone. */
export async function dropDatabase(admin: Session, name: string): Promise<boolean> {
  const drop = `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`;
  try {
    await admin.query(drop);
  } catch (error) {
    // 42809: restored code has made it a template. 55006: a subscription is in it, and FORCE does not help.
    if (!["42809", "55006"].includes(faultOf(error).code)) throw error;
    await admin.query(`ALTER DATABASE ${quoteIdentifier(name)} IS_TEMPLATE false`);
    await dropSubscriptions(admin, name);
    await admin.query(drop);
  }
  return !(await databaseExists(admin, name));
}

export async function databaseExists(admin: Session, name: string): Promise<boolean> {
  return (await admin.query("SELECT FROM pg_database WHERE datname = $1", [name])).length > 0;
}

/** A subscription is cut from its publisher first: the publisher's slot is the source's and not ours to drop. */
async function dropSubscriptions(admin: Session, name: string): Promise<void> {
  const subscriptions = await admin.query<{ name: string }>(
    `SELECT subname AS name FROM pg_subscription
     WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = $1)`,
    [name],
  );
  if (subscriptions.length === 0) return;
  await using session = await connect(withDatabase(admin.target, name), { readOnly: false });
  for (const subscription of subscriptions) {
    const quoted = quoteIdentifier(subscription.name);
    await session.query(`ALTER SUBSCRIPTION ${quoted} DISABLE`);
    await session.query(`ALTER SUBSCRIPTION ${quoted} SET (slot_name = NONE)`);
    await session.query(`DROP SUBSCRIPTION ${quoted}`);
  }
}

/**
 * Drops the throwaway databases that killed runs have left on a server, and no other: one whose owner lives is in use.
 *
 * @returns the names of what was dropped
 */
export async function sweepLeftovers(admin: Session): Promise<string[]> {
  const leftovers = await admin.query<{ name: string }>(leftoversSql);
  const dropped: string[] = [];
  for (const { name } of leftovers) {
    if (await dropDatabase(admin, name)) dropped.push(name);
  }
  return dropped;
}

/** On the owner's own connection, or on a new one where that was lost. */
export async function dropAnyhow(admin: Session, name: string): Promise<void> {
  try {
    await dropDatabase(admin, name);
  } catch (error) {
    if (!(error instanceof IthacaError)) throw error;
    await using fresh = await connect(admin.target, { readOnly: false });
    await dropDatabase(fresh, name);
  }
}
