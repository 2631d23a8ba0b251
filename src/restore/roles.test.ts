import { afterAll, beforeAll, expect, test } from "vitest";
import { dumpedBackup, restoreDumped } from "../../test/support/dumped-backup.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";
import type { Session, Target, Throwaway } from "../postgres/types.ts";

/*
 * Roles belong to a whole server, so these tests have servers of their own: a source that looks like Supabase's, a
 * bare copy, and a copy that came with roles and whose superuser is not `postgres`.
 */
let source: Throwaway;
let bare: Throwaway;
let furnished: Throwaway;

async function onServer(target: Target, sql: string): Promise<void> {
  await using session = await connect(target, { readOnly: false });
  for (const statement of sql.split(";\n")) if (statement.trim() !== "") await session.query(statement);
}

async function freshDatabase(target: Target, name: string): Promise<Session> {
  await onServer(target, `CREATE DATABASE ${name} TEMPLATE template0`);
  return connect(withDatabase(target, name), { readOnly: false });
}

beforeAll(async () => {
  [source, bare, furnished] = await Promise.all([
    startCluster(),
    startCluster(),
    // As Supabase's image has it: the first superuser has another name, and `postgres` is an ordinary role.
    startCluster({ superuser: "supabase_admin" }),
  ]);
  await onServer(
    source.target,
    `CREATE ROLE anon NOLOGIN;
CREATE ROLE service_role NOLOGIN BYPASSRLS;
CREATE ROLE authenticator LOGIN NOINHERIT PASSWORD 'canary-password' CONNECTION LIMIT 12;
CREATE ROLE "we ird""😀" LOGIN VALID UNTIL '2030-01-01';
GRANT anon TO authenticator;
GRANT service_role TO authenticator WITH ADMIN OPTION;
GRANT pg_read_all_data TO service_role;
ALTER ROLE anon SET statement_timeout = '3s';
ALTER ROLE anon SET search_path = "$user", public, 'a b';
ALTER ROLE authenticator SET session_preload_libraries = 'no_such_library';
COMMENT ON ROLE anon IS E'it''s \\\\ a visitor';
CREATE DATABASE app TEMPLATE template0;
`,
  );
  await using app = await connect(withDatabase(source.target, "app"), { readOnly: false });
  await app.query(`CREATE TABLE public.t (a int); ALTER TABLE public.t OWNER TO "we ird""😀";
    ALTER TABLE public.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON public.t TO anon USING (true);
    GRANT SELECT ON public.t TO anon; ALTER DEFAULT PRIVILEGES FOR ROLE service_role GRANT SELECT ON TABLES TO anon`);
  await onServer(
    furnished.target,
    `CREATE ROLE postgres LOGIN NOSUPERUSER CREATEDB;
CREATE ROLE anon LOGIN SUPERUSER CONNECTION LIMIT 5;
CREATE ROLE service_role;
CREATE ROLE authenticator LOGIN;
GRANT anon TO service_role;
ALTER ROLE anon SET work_mem = '1MB';
`,
  );
});

afterAll(async () => {
  await Promise.all([source, bare, furnished].map((server) => server?.destroy()));
});

const facts = `SELECT
  (SELECT json_agg(r ORDER BY r.rolname) FROM (
    SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
      rolconnlimit, rolvaliduntil, shobj_description(oid, 'pg_authid') AS comment
    FROM pg_roles WHERE rolname = ANY ($1)) AS r) AS roles,
  (SELECT json_agg(m ORDER BY m) FROM (
    SELECT concat_ws(' ', roleid::regrole, member::regrole, admin_option) AS m FROM pg_auth_members
    WHERE member::regrole::text = ANY ($1)) AS all_of) AS members,
  (SELECT json_agg(c ORDER BY c) FROM (
    SELECT setrole::regrole || ' ' || unnest(setconfig) AS c FROM pg_db_role_setting
    WHERE setdatabase = 0 AND setrole::regrole::text IN ('anon', 'service_role')) AS all_of) AS settings,
  (SELECT json_build_array(relowner::regrole, relacl) FROM pg_class WHERE oid = 'public.t'::regclass) AS owner,
  (SELECT json_agg(polroles::regrole[]) FROM pg_policy) AS policies,
  (SELECT json_agg(defaclacl) FROM pg_default_acl) AS defaults`;
const ours = ["anon", "service_role", "authenticator", 'we ird"😀'];

async function factsOf(session: Session): Promise<unknown> {
  return session.query(facts, [ours]);
}

test("roles, memberships, settings and what names them come back on a bare server", async () => {
  await using app = await connect(withDatabase(source.target, "app"), { readOnly: false });
  await using backup = await dumpedBackup(app.target, "all");
  await using copy = await freshDatabase(bare.target, "copy");
  const { errors, skipped } = await restoreDumped(backup, copy.target);
  expect(errors).toEqual([]);
  expect(skipped.map(({ what }) => what)).toEqual(["setting session_preload_libraries of role authenticator"]);
  expect(await factsOf(copy)).toEqual(await factsOf(app));
  const passwords = "SELECT count(*)::int AS n FROM pg_authid WHERE rolpassword IS NOT NULL";
  expect(await copy.query(passwords)).toEqual([{ n: 0 }]);
});

test("a second restore on the same server changes nothing", async () => {
  await using backup = await dumpedBackup(withDatabase(source.target, "app"), "all");
  await using copy = await freshDatabase(bare.target, "again");
  expect((await restoreDumped(backup, copy.target)).errors).toEqual([]);
});

test("roles that the server came with become as on the source; its superuser stays what it is", async () => {
  await using app = await connect(withDatabase(source.target, "app"), { readOnly: false });
  await using backup = await dumpedBackup(app.target, "all");
  await using copy = await freshDatabase(furnished.target, "copy");
  const { errors } = await restoreDumped(backup, copy.target);
  expect(errors).toEqual([]);
  expect(await factsOf(copy)).toEqual(await factsOf(app));
  const superusers = "SELECT rolname::text AS name FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY 1";
  expect(await copy.query(superusers)).toEqual([{ name: "postgres" }, { name: "supabase_admin" }]);
});

test("a source whose `postgres` is no superuser takes nothing from the superuser that restores", async () => {
  const roles = `CREATE ROLE postgres;
ALTER ROLE postgres WITH NOSUPERUSER INHERIT CREATEROLE CREATEDB NOLOGIN REPLICATION BYPASSRLS;
ALTER ROLE postgres SET role TO 'anon';
-- PostgreSQL database cluster dump complete
`;
  await using backup = await dumpedBackup(withDatabase(source.target, "postgres"), roles);
  await using copy = await freshDatabase(bare.target, "kept");
  const { errors, skipped } = await restoreDumped(backup, copy.target);
  expect(errors).toEqual([]);
  expect(skipped).toEqual([
    {
      what: "role postgres",
      why: "it is the superuser that restores, so it keeps its attributes (on the source: NOSUPERUSER, NOLOGIN)",
      kind: "role",
      object: "postgres",
    },
    {
      what: "setting role of role postgres",
      why: "it would turn our own connections into another role's",
      kind: "setting",
      object: "role postgres: role",
    },
  ]);
});
