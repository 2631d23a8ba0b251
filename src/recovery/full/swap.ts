import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { IthacaError, messageOf } from "../../base/errors.ts";
import { connect } from "../../postgres/connect.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { withDatabase } from "../../postgres/target.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";
import { fullErrors } from "./errors.ts";

const databasesSql = recoverySql("full/databases");
const endSessionsOfSql = recoverySql("full/end-sessions-of");
const databaseRows = z.array(z.object({ name: z.string(), oid: z.number() }));

export type DatabaseRow = z.output<typeof databaseRows>[number];

/** A session beside the databases that are renamed: a database with a session in it cannot be. */
export async function openBeside(target: Target): Promise<Session> {
  const database = target.database === "postgres" ? "template1" : "postgres";
  return await connect(withDatabase(target, database), { readOnly: false, applicationName: "ithaca recovery" });
}

/** Databases of these names, by name. */
export async function findDatabases(admin: Session, names: readonly string[]): Promise<Map<string, DatabaseRow>> {
  const rows = databaseRows.parse(await admin.query(databasesSql, [[...names]]));
  return new Map(rows.map((row) => [row.name, row]));
}

/** How often sessions are ended while the rename waits: those that come meanwhile wait for its lock. */
const tick = 50;
const attempts = 5;
/** As long as the rename itself waits for sessions to go: nobody may be kept waiting longer, whatever stands in the way. */
const lockTimeout = "5s";

/** Two databases that change places: each is told by its oid, since names are what changes. */
export interface Swap {
  /** The name that must always lead to one of the two. */
  readonly production: string;
  /** What bears it now, and the name that this gets. */
  readonly leaving: { readonly oid: number; readonly aside: string };
  /** What is to bear it, and the name that this has now. */
  readonly incoming: { readonly oid: number; readonly name: string };
}

/** Ends the others' sessions again and again until it is disposed. A fault of its own only means that nobody is ended. */
function endSessions(session: Session, names: readonly string[]): AsyncDisposable {
  let over = false;
  const ending = (async () => {
    while (!over) {
      await session.query(endSessionsOfSql, [[...names]]);
      await sleep(tick);
    }
  })().catch(() => {});
  return {
    async [Symbol.asyncDispose]() {
      over = true;
      await ending;
    },
  };
}

async function rename(target: Target, { production, leaving, incoming }: Swap): Promise<void> {
  await using admin = await openBeside(target);
  await using ender = await openBeside(target);
  await using _ending = endSessions(ender, [production, incoming.name]);
  try {
    await admin.query(`BEGIN;
      SET LOCAL lock_timeout = '${lockTimeout}';
      ALTER DATABASE ${quoteIdentifier(production)} RENAME TO ${quoteIdentifier(leaving.aside)};
      ALTER DATABASE ${quoteIdentifier(incoming.name)} RENAME TO ${quoteIdentifier(production)};
      COMMIT`);
  } catch (error) {
    // Where the connection is lost the server takes it back, or is just about to commit it.
    if (!(error instanceof IthacaError)) await admin.query("ROLLBACK");
    throw error;
  }
}

/** Whether production is the incoming database, found by oid. */
async function isSwapped(target: Target, { production, leaving, incoming }: Swap): Promise<boolean> {
  await using admin = await openBeside(target);
  const found = await findDatabases(admin, [production, leaving.aside]);
  return found.get(production)?.oid === incoming.oid && found.get(leaving.aside)?.oid === leaving.oid;
}

/**
 * Two renames in one transaction: production gets the name `aside`, and the incoming database becomes production. There
 * is no moment at which neither bears the name. The rename takes an exclusive lock on the database, which new connections
 * wait for, and then waits up to five seconds for those that are there to go; meanwhile they are ended. So no setting
 * that keeps connections away ever has to be committed, and a run that dies here leaves production as it was.
 *
 * A server goes on with a statement whose client is gone. So after a fault, and before the renames are asked for again,
 * it is looked whether they have happened.
 *
 * @throws full.still_in_use where sessions come faster than they can be ended; postgres.connection_lost
 */
export async function swapDatabases(target: Target, swap: Swap): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(target, swap);
      return;
    } catch (cause) {
      if (await isSwapped(target, swap)) return;
      if (attempt < attempts) continue;
      if (cause instanceof IthacaError) throw cause;
      throw fullErrors.still_in_use({ database: swap.production, why: messageOf(cause) }, { cause });
    }
  }
}
