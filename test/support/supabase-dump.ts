import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/*
 * What `supabase db dump` does to the output of pg_dump and pg_dumpall (CLI 2 and 3, scripts dump_schema.sh,
 * dump_data.sh and dump_role.sh, looked up in November 2026): the flags, and the lines that sed changes.
 */

const internal =
  "information_schema|pg_*|_analytics|_realtime|_supavisor|auth|etl|extensions|pgbouncer|realtime|storage|supabase_functions|supabase_migrations|cron|dbdev|graphql|graphql_public|net|pgmq|pgsodium|pgsodium_masks|pgtle|repack|tiger|tiger_data|timescaledb_*|_timescaledb_*|topology|vault";
const withoutData =
  "information_schema|pg_*|graphql|graphql_public|pgsodium|pgsodium_masks|pgtle|repack|tiger|tiger_data|timescaledb_*|_timescaledb_*|topology|vault|etl|extensions|pgbouncer|realtime|supabase_migrations|_analytics|_realtime|_supavisor";
const reserved =
  "anon|authenticated|authenticator|cli_login_.*|dashboard_user|pgbouncer|postgres|service_role|supabase_.*|pgsodium_keyholder|pgsodium_keyiduser|pgsodium_keymaker|pgtle_admin";
const allowedSettings = "pgaudit.*|pgrst.*|session_replication_role|statement_timeout|track_io_timing";

/** Applies sed's substitutions line by line. */
function sed(sql: string, rules: readonly (readonly [RegExp, string])[]): string {
  return sql
    .split("\n")
    .map((line) => rules.reduce((text, [pattern, by]) => text.replace(pattern, by), line))
    .join("\n");
}

const noCommands = [/^\\(un)?restrict .*$/, "-- $&"] as const;

function schemaOf(sql: string): string {
  return sed(sql, [
    noCommands,
    [/^CREATE SCHEMA "/, 'CREATE SCHEMA IF NOT EXISTS "'],
    [/^CREATE TABLE "/, 'CREATE TABLE IF NOT EXISTS "'],
    [/^CREATE SEQUENCE "/, 'CREATE SEQUENCE IF NOT EXISTS "'],
    [/^CREATE VIEW "/, 'CREATE OR REPLACE VIEW "'],
    [/^CREATE FUNCTION "/, 'CREATE OR REPLACE FUNCTION "'],
    [/^CREATE TRIGGER "/, 'CREATE OR REPLACE TRIGGER "'],
    [/^CREATE PUBLICATION "supabase_realtime/, "-- $&"],
    [/^CREATE EVENT TRIGGER /, "-- $&"],
    [/^ {9}WHEN TAG IN /, "-- $&"],
    [/^ {3}EXECUTE FUNCTION /, "-- $&"],
    [/^ALTER EVENT TRIGGER /, "-- $&"],
    [/^ALTER PUBLICATION "supabase_realtime_/, "-- $&"],
    [/^ALTER FOREIGN DATA WRAPPER (.+) OWNER TO /, "-- $&"],
    [/^ALTER DEFAULT PRIVILEGES FOR ROLE "supabase_admin"/, "-- $&"],
    [new RegExp(`^GRANT (.+) ON (.+) "(${internal})"`), "-- $&"],
    [new RegExp(`^REVOKE (.+) ON (.+) "(${internal})"`), "-- $&"],
    [/^COMMENT ON EXTENSION (.+)/, "-- $&"],
    [/^CREATE POLICY "cron_job_/, "-- $&"],
    [/^ALTER TABLE "cron"/, "-- $&"],
    [/^SET transaction_timeout = 0;/, "-- $&"],
  ]);
}

function rolesOf(sql: string): string {
  const edited = sed(sql, [
    noCommands,
    [new RegExp(`^CREATE ROLE "(${reserved})"`), "-- $&"],
    [new RegExp(`^ALTER ROLE "(${reserved})"`), "-- $&"],
    [/ (NOSUPERUSER|NOREPLICATION)/g, ""],
    [new RegExp(`^-- (.* SET "(${allowedSettings})" .*)`), "$1"],
    [new RegExp(`GRANT ".*" TO "(${reserved})"`), "-- $&"],
  ]);
  return edited
    .split("\n")
    .filter((line, at, lines) => line !== lines[at - 1])
    .join("\n");
}

/** What a dump is made with. */
export type Dump = (tool: "pg_dump" | "pg_dumpall", args: readonly string[]) => Promise<string>;

export interface SupabaseDumpOptions {
  /** CLI 3 writes COPY unless told otherwise, CLI 2 INSERTs. */
  readonly inserts?: boolean;
  /** `--keep-comments`; without it comment lines are deleted from roles and schema, never from data. */
  readonly comments?: boolean;
}

/** Writes roles.sql, schema.sql and data.sql into a folder and gives their paths, in the order that helps least. */
export async function supabaseDump(dump: Dump, folder: string, options: SupabaseDumpOptions = {}): Promise<string[]> {
  const strip = (sql: string) => (options.comments ? sql : sql.replace(/^--.*\n/gm, ""));
  const schema = await dump("pg_dump", ["--schema-only", "--quote-all-identifiers", "--exclude-schema", internal]);
  const data = await dump("pg_dump", [
    "--data-only",
    "--quote-all-identifiers",
    "--exclude-schema",
    withoutData,
    "--exclude-table=auth.schema_migrations",
    "--exclude-table=storage.migrations",
    "--exclude-table=supabase_functions.migrations",
    "--schema=*",
    ...(options.inserts ? ["--column-inserts", "--rows-per-insert=100"] : []),
  ]);
  const roles = await dump("pg_dumpall", [
    "--roles-only",
    "--quote-all-identifiers",
    "--no-role-passwords",
    "--no-comments",
  ]);
  const files = {
    "data.sql": `SET session_replication_role = replica;\n\n${sed(data, [noCommands])}\nRESET ALL;\n`,
    "schema.sql": `${strip(schemaOf(schema))}\nRESET ALL;\n`,
    "roles.sql": `${strip(rolesOf(roles))}\nRESET ALL;\n`,
  };
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  return Object.keys(files).map((name) => join(folder, name));
}
