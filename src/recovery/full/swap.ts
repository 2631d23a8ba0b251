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
const databaseRows = z.array(z.object({ name: z.string(), oid: z.number(), connection_limit: z.number() }));

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

/**
 * Two renames in one transaction: production gets the name `aside`, and `incoming` becomes production. There is no
 * moment at which neither bears the name. The rename takes an exclusive lock on the database, which new connections
 * wait for, and then waits up to five seconds for those that are there to go; meanwhile they are ended. So no setting
 * that keeps connections away ever has to be committed, and a run that dies here leaves production as it was.
 *
 * @throws full.still_in_use where sessions come faster than they can be ended
 */
export async function swapDatabases(
  target: Target,
  { production, aside, incoming }: { production: string; aside: string; incoming: string },
): Promise<void> {
  await using admin = await openBeside(target);
  await using ender = await openBeside(target);
  const names = [production, incoming];
  for (let attempt = 1; ; attempt += 1) {
    let over = false;
    const ending = (async () => {
      while (!over) {
        await ender.query(
          `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
           WHERE datname = ANY ($1::text[]) AND pid <> pg_catalog.pg_backend_pid()`,
          [names],
        );
        await sleep(tick);
      }
    })();
    try {
      await admin.query(`BEGIN;
        ALTER DATABASE ${quoteIdentifier(production)} RENAME TO ${quoteIdentifier(aside)};
        ALTER DATABASE ${quoteIdentifier(incoming)} RENAME TO ${quoteIdentifier(production)};
        COMMIT`);
      return;
    } catch (cause) {
      if (cause instanceof IthacaError) throw cause;
      await admin.query("ROLLBACK");
      if (attempt === attempts)
        throw fullErrors.still_in_use({ database: production, why: messageOf(cause) }, { cause });
    } finally {
      over = true;
      await ending;
    }
  }
}
