import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditEntry, auditId } from "../../test/support/audit.ts";
import { runSqlFile } from "../../test/support/database.ts";
import { startCluster } from "../postgres/cluster.ts";
import { connect } from "../postgres/connect.ts";
import { withDatabase } from "../postgres/target.ts";
import type { Target, Throwaway } from "../postgres/types.ts";
import { mirror } from "./mirror.ts";
import { migration } from "./sql.ts";

/* Two databases on one server whose superuser is not `postgres`, as on Supabase: one has its roles, one is plain. */

let server: Throwaway;
let plain: Target;
let odyssey: Target;

/** Runs SQL as a role that may log in on this server, and gives the rows. */
async function as(target: Target, user: string, sql: string, values?: unknown[]) {
  await using session = await connect({ ...target, user }, { readOnly: false });
  await session.query("SET row_security = on; SET search_path = public");
  return await session.query(sql, values);
}

/** The same, after becoming a role that may not log in. */
const become = (target: Target, role: string, sql: string) => as(target, "supabase_admin", `SET ROLE ${role}; ${sql}`);

const sqlstate = (code: string) => expect.objectContaining({ code });
const denied = sqlstate("42501");

/** The app's schema with a few rows, all of it made by those who own it on Supabase. */
async function loadInnerOdyssey(): Promise<void> {
  await using session = await connect(odyssey, { readOnly: false });
  await runSqlFile(session, "sql/bootstrap/supabase-roles.sql");
  await session.query("SELECT set_config('ithaca.families', '10', false), set_config('ithaca.seed', '1', false)");
  await session.query("SELECT set_config('ithaca.now', '2026-11-22T02:00:00Z', false)");
  await session.query("SET client_min_messages = error");
  const folder = "sql/fixtures/inner-odyssey";
  const files = readdirSync(new URL(`../../${folder}/`, import.meta.url)).sort();
  for (const file of files) await runSqlFile(session, `${folder}/${file}`);
}

beforeAll(async () => {
  server = await startCluster({ superuser: "supabase_admin" });
  await using admin = await connect(server.target, { readOnly: false });
  await admin.query("CREATE ROLE owner LOGIN CREATEROLE");
  await admin.query("CREATE DATABASE plain OWNER owner TEMPLATE template0");
  plain = withDatabase(server.target, "plain");
  await as(plain, "owner", migration());
  await admin.query("CREATE DATABASE odyssey TEMPLATE template0");
  odyssey = withDatabase(server.target, "odyssey");
  await loadInnerOdyssey();
  await as(odyssey, "postgres", migration());
  await admin.query("ALTER ROLE ithaca_audit LOGIN");
});
afterAll(() => server.destroy());

describe("the table", () => {
  test("the plan's query runs as it is written there", async () => {
    const limits = { signal: new AbortController().signal, connectWithin: 5000, within: 20_000 };
    const entry = auditEntry(1, { details: { backup: "b1" } });
    await mirror({ ...odyssey, user: "ithaca_audit" }, [entry], limits);
    const query = `
      -- View backup operation history
      SELECT
        operation_type,
        performed_by,
        performed_at,
        status,
        details
      FROM backup_audit_log
      ORDER BY performed_at DESC
      LIMIT 50;`;
    expect(await as(odyssey, "postgres", query)).toEqual([
      {
        operation_type: "backup",
        performed_by: "schedule",
        performed_at: new Date("2026-11-22T02:01:00Z"),
        status: "started",
        details: { backup: "b1" },
      },
    ]);
    expect(await become(odyssey, "service_role", query)).toHaveLength(1);
  });

  test("the migration can be applied again, by an owner who is no superuser, and keeps what is there", async () => {
    const before = await as(odyssey, "postgres", "SELECT * FROM backup_audit_log");
    await as(odyssey, "postgres", migration());
    await as(plain, "owner", migration());
    expect(await as(odyssey, "postgres", "SELECT * FROM backup_audit_log")).toEqual(before);
  });

  test("another table of that name is left alone", async () => {
    await using admin = await connect(server.target, { readOnly: false });
    await admin.query("CREATE DATABASE taken TEMPLATE template0");
    const taken = withDatabase(server.target, "taken");
    await as(taken, "supabase_admin", "CREATE TABLE public.backup_audit_log (id uuid, status text)");
    await expect(as(taken, "supabase_admin", migration())).rejects.toThrow(
      /exists and is another table: it has no entry, operation_id/,
    );
  });

  test.each([
    ["UPDATE", "UPDATE backup_audit_log SET status = 'succeeded'"],
    ["DELETE", "DELETE FROM backup_audit_log WHERE false"],
    ["TRUNCATE", "TRUNCATE backup_audit_log"],
    [
      "an upsert",
      `INSERT INTO backup_audit_log (id, operation_id, database, operation_type, performed_by, performed_at, status)
       VALUES (gen_random_uuid(), gen_random_uuid(), 'shop', 'backup', 'me', now(), 'started') ON CONFLICT (id) DO UPDATE SET status = 'x'`,
    ],
    ["MERGE", "MERGE INTO backup_audit_log AS l USING (VALUES (1)) AS v ON true WHEN MATCHED THEN DELETE"],
  ])("%s is refused to everybody, superusers and replication included", async (_name, statement) => {
    for (const user of ["postgres", "supabase_admin", "ithaca_audit"]) {
      await expect(as(odyssey, user, statement), user).rejects.toEqual(denied);
    }
    await expect(become(odyssey, "service_role", statement)).rejects.toEqual(denied);
    await expect(as(plain, "owner", statement)).rejects.toEqual(denied);
    const replica = `SET session_replication_role = replica; ${statement}`;
    await expect(as(odyssey, "supabase_admin", replica)).rejects.toEqual(denied);
    // An owner who takes the privilege back meets the trigger.
    const regrant = `GRANT ALL ON backup_audit_log TO postgres; ${statement}`;
    await expect(as(odyssey, "postgres", regrant)).rejects.toThrow(/entries are only ever added|permission denied/);
  });
});

describe("who may do what", () => {
  const insert = (n: number) => `INSERT INTO backup_audit_log
    (id, operation_id, database, operation_type, performed_by, performed_at, status)
    VALUES ('${auditId(`by hand ${n}`)}', '${auditId(0)}', 'shop', 'backup', 'me', now(), 'started')`;

  test("anon and authenticated: nothing at all", async () => {
    for (const role of ["anon", "authenticated"]) {
      for (const statement of [
        insert(1),
        "SELECT * FROM backup_audit_log",
        "SELECT backup_audit_log_missing('{}')",
        "SELECT nextval(pg_get_serial_sequence('public.backup_audit_log', 'entry'))",
      ]) {
        await expect(become(odyssey, role, statement), `${role}: ${statement}`).rejects.toEqual(denied);
      }
    }
  });

  test("service_role: adds and reads", async () => {
    await become(odyssey, "service_role", insert(2));
    expect(await become(odyssey, "service_role", "SELECT recorded_by FROM backup_audit_log")).not.toHaveLength(0);
  });

  test("ithaca_audit: adds, and can do nothing that not everybody can", async () => {
    for (const [target, owner] of [
      [odyssey, "postgres"],
      [plain, "owner"],
    ] as const) {
      await as(target, "ithaca_audit", insert(3));
      for (const statement of [
        "SELECT 1 FROM backup_audit_log",
        `${insert(4)} RETURNING id`,
        `INSERT INTO backup_audit_log (id, operation_id, database, operation_type, performed_by, performed_at, status, recorded_by)
         VALUES (gen_random_uuid(), gen_random_uuid(), 'shop', 'backup', 'me', now(), 'started', 'somebody else')`,
        "CREATE TABLE public.mine ()",
        "CREATE ROLE mine",
        `SET ROLE ${owner}`,
        "ALTER TABLE backup_audit_log DISABLE TRIGGER ALL",
        "COPY backup_audit_log TO STDOUT",
      ]) {
        await expect(as(target, "ithaca_audit", statement), statement).rejects.toEqual(denied);
      }
      // Whatever is in the database: no relation but the log, and no function that was not given to everybody.
      const beyond = await as(
        target,
        "supabase_admin",
        `SELECT oid::regclass::text AS what, privilege FROM pg_class, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege
         WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND oid >= 16384
           AND (has_table_privilege('ithaca_audit', oid, privilege) OR privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege('ithaca_audit', oid, privilege))
           AND NOT EXISTS (SELECT FROM aclexplode(relacl) AS a WHERE a.grantee = 0)
         UNION ALL
         SELECT proc.oid::regprocedure::text, 'EXECUTE' FROM pg_proc AS proc
         WHERE has_function_privilege('ithaca_audit', proc.oid, 'EXECUTE')
           AND NOT EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a WHERE a.grantee = 0)`,
      );
      expect(beyond).toEqual([
        { what: "backup_audit_log", privilege: "INSERT" },
        { what: "backup_audit_log_missing(uuid[])", privilege: "EXECUTE" },
      ]);
      const [member] = await as(
        target,
        "supabase_admin",
        "SELECT count(*)::int AS n FROM pg_auth_members WHERE member = 'ithaca_audit'::regrole",
      );
      expect(member?.n).toBe(0);
    }
  });
});
