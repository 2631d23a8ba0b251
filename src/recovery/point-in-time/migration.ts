import { z } from "zod";
import { parseQualifiedName, quoteIdentifier } from "../../postgres/quote.ts";
import type { Session } from "../../postgres/types.ts";
import { recoverySql } from "../sql.ts";
import { pointErrors } from "./errors.ts";

const tableSql = recoverySql("point-in-time/migration-table");
const traceRow = z.object({ xid: z.string(), at: z.string().nullable(), rows: z.int() });

/** Where a team's tool records what it has applied, as the plan names it. */
export interface MigrationLog {
  /** As SQL names it, such as `supabase_migrations.schema_migrations`. */
  readonly table: string;
  readonly column: string;
}

/** The transaction that recorded a migration. */
export interface MigrationTrace {
  /** 32 bits. */
  readonly xid: string;
  /** When it was committed, where the server keeps that (`track_commit_timestamp`); ISO 8601 or null. */
  readonly at: string | null;
}

/**
 * Finds the transaction of a migration on production: the one that wrote the row by which the tool remembers it. That is the
 * migration's own transaction where the tool applies and records in one, as the Supabase CLI does; of a migration with
 * a COMMIT of its own in it, it is the last part.
 *
 * @param session READ ONLY on production
 * @throws point.migration_unknown, point.migration_untraceable
 */
export async function traceMigration(session: Session, log: MigrationLog, version: string): Promise<MigrationTrace> {
  const { schema, name } = parseQualifiedName(log.table);
  const [table] = await session.query<{ name: string }>(tableSql, [schema, name, log.column]);
  if (table === undefined) {
    const why = `production has no table ${log.table} with a column ${log.column}; \`point_in_time.migrations\` in the plan says where to look`;
    throw pointErrors.migration_untraceable({ version, why });
  }
  const tracked = await session.query<{ on: string }>("SELECT current_setting('track_commit_timestamp') AS on");
  const at =
    tracked[0]?.on === "on"
      ? `to_char(pg_catalog.pg_xact_commit_timestamp(xmin) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
      : "NULL::text";
  const [row] = await session.query(
    `SELECT min(xmin::text) AS xid, min(${at}) AS at, count(*)::int AS rows
     FROM ${table.name} WHERE ${quoteIdentifier(log.column)}::text = $1 HAVING count(*) > 0`,
    [version],
  );
  if (row === undefined) throw pointErrors.migration_unknown({ version, table: log.table });
  const { xid, at: committed, rows } = traceRow.parse(row);
  if (rows > 1) {
    throw pointErrors.migration_untraceable({ version, why: `${log.table} holds it ${rows} times` });
  }
  return { xid, at: committed };
}
