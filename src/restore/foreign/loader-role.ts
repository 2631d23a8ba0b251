import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { registerSecret } from "../../base/redact.ts";
import { quoteIdentifier, quoteLiteral } from "../../postgres/quote.ts";
import type { Session, Target } from "../../postgres/types.ts";

const supabaseRoles = await readFile(new URL("../../../sql/bootstrap/supabase-roles.sql", import.meta.url), "utf8");

/** The role that an archive from elsewhere is loaded as. */
export interface LoaderRole {
  readonly name: string;
  /** The throwaway database, as this role reaches it. */
  readonly target: Target;
}

/**
 * Makes the owner of the throwaway database: no superuser, and with no right beyond this database. It sees every row
 * (BYPASSRLS, pg_read_all_data), because it also reads the copy for the checks, so that nothing of the archive ever
 * runs as a superuser. Setting session_replication_role is granted: data dumps switch triggers off by it.
 */
export async function makeLoader(admin: Session): Promise<LoaderRole> {
  const name = `ithaca_loader_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(24).toString("base64url");
  registerSecret(password);
  const role = quoteIdentifier(name);
  await admin.query(`CREATE ROLE ${role} LOGIN BYPASSRLS PASSWORD ${quoteLiteral(password)}`);
  await admin.query(`GRANT pg_read_all_data TO ${role}`);
  await admin.query(`GRANT SET ON PARAMETER session_replication_role TO ${role}`);
  await admin.query(`ALTER ROLE ${role} SET lc_messages = 'C'`);
  await admin.query(`ALTER DATABASE ${quoteIdentifier(admin.target.database)} OWNER TO ${role}`);
  return { name, target: { ...admin.target, user: name, password } };
}

/**
 * Takes the loader's role off a server that outlives the throwaway database. What it owns goes to the superuser, whom
 * the database belongs to until it is dropped.
 */
export async function dropLoader(admin: Session, name: string): Promise<void> {
  const role = quoteIdentifier(name);
  await admin.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`);
}

/** Roles with which code could leave the database, and whoever is a member of one: they get nothing of an archive's. */
export const powerful = `EXISTS (
  SELECT FROM pg_catalog.pg_roles AS power WHERE pg_catalog.pg_has_role(role.oid, power.oid, 'MEMBER')
    AND (power.rolsuper OR power.rolcreaterole OR power.rolreplication OR power.rolname IN
      ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files')))`;

/** Whether a role exists, and whether it could reach beyond the database. */
export async function roleFacts(admin: Session, name: string): Promise<{ powerful: boolean } | null> {
  const [row] = await admin.query<{ powerful: boolean }>(
    `SELECT ${powerful} AS powerful FROM pg_catalog.pg_roles AS role WHERE rolname = $1`,
    [name],
  );
  return row ?? null;
}

/** The roles that Supabase gives every project, without what lets them reach beyond a database. */
async function makeSupabaseRoles(admin: Session): Promise<void> {
  const names = async () =>
    (await admin.query<{ name: string }>("SELECT rolname AS name FROM pg_catalog.pg_roles")).map((row) => row.name);
  const before = new Set(await names());
  await admin.query(supabaseRoles);
  for (const name of await names()) {
    if (before.has(name)) continue;
    await admin.query(`ALTER ROLE ${quoteIdentifier(name)} NOSUPERUSER NOCREATEROLE NOREPLICATION NOCREATEDB`);
    await admin.query(`ALTER ROLE ${quoteIdentifier(name)} RESET ALL`);
  }
}

const isSupabases = (name: string) => supabaseRoles.includes(`('${name}',`);

/**
 * Makes a role that the archive names and does not define.
 *
 * @returns what the report says about it
 */
export async function makeMissingRole(admin: Session, name: string): Promise<{ what: string; why: string }> {
  if (isSupabases(name)) {
    await makeSupabaseRoles(admin);
    return {
      what: "Attributes and memberships of Supabase's own roles",
      why: "the archive names these roles and does not hold them, so they were made as Supabase makes them, without superuser, CREATEROLE and REPLICATION",
    };
  }
  await admin.query(`CREATE ROLE ${quoteIdentifier(name)} NOLOGIN`);
  return {
    what: `Attributes and memberships of the role ${name}`,
    why: "the archive names it and does not hold it, so it was made without any",
  };
}
