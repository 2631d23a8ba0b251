import { expect, test } from "vitest";
import { testBackup } from "../../../test/support/backup.ts";
import { ask, runSqlFile } from "../../../test/support/database.ts";
import { backedUp, hostedServerForAll } from "../../../test/support/in-place.ts";
import { drive, fullRecovery, newIncident, testHooks } from "../../../test/support/recovery.ts";
import { findServer } from "../../postgres/clients.ts";
import { connect } from "../../postgres/connect.ts";
import { withDatabase } from "../../postgres/target.ts";
import { readMarker } from "../marker.ts";
import { inPlace, intoNewProject } from "./in-place.ts";

const plan = { platform: "supabase", critical_tables: ["public.children"], rls_tables: ["public.children"] };

const server = hostedServerForAll();

const bareFacts = `
  SELECT (SELECT count(*)::int FROM public.children) AS children,
    (SELECT count(*)::int FROM public.lesson_reviews) AS reviews,
    (SELECT count(*)::int FROM public.moods WHERE mood LIKE 'canary-mood-%') AS moods,
    (SELECT count(*)::int FROM auth.refresh_tokens) AS tokens,
    (SELECT count(*)::int FROM public.profiles) AS profiles`;
const largeObjects = `
  SELECT m.oid::int, m.lomowner::regrole::text AS owner, m.lomacl::text AS rights, obj_description(m.oid, 'pg_largeobject') AS says,
    encode(sha256(lo_get(m.oid)), 'hex') AS content
  FROM pg_largeobject_metadata AS m ORDER BY 1`;
const whole = { children: 20, reviews: 30, moods: 20, tokens: 20, profiles: 20 };

test("rows come back exactly, in a database that belongs to the platform, and writers are let in again", async () => {
  const target = await server().project("rows");
  await using backup = await backedUp(target, plan);
  await ask(target, (s) =>
    s.query(`DELETE FROM auth.users WHERE email < 'u15';
      UPDATE public.moods SET mood = 'spoilt';
      INSERT INTO public.lessons (title) VALUES ('since');
      UPDATE auth.refresh_tokens SET token = 'stolen'`),
  );
  const method = backup.method();
  const during: unknown[] = [];
  const hooks = testHooks(target);
  const { incident, fault } = await drive(target, method, newIncident(method), {
    ...hooks,
    async save(incident) {
      if (incident.state.step !== "execute" || during.length > 0) return;
      during.push(
        await ask(target, (s) =>
          s.query("SET lock_timeout = '300ms'; INSERT INTO public.error_logs VALUES ('low')"),
        ).catch((e: { code: string }) => e.code),
        await ask(target, (s) => s.query("CREATE TABLE public.later ()")).catch((e: { code: string }) => e.code),
        await ask(target, (s) => s.query("SELECT jobid::int FROM cron.job WHERE active")),
      );
    },
  });
  expect(fault).toBeNull();
  expect(incident.state).toEqual({ step: "ended", outcome: "recovered" });
  // While it was recovered nobody could write, neither into a locked table nor beside it, and no job was on.
  expect(during).toEqual(["55P03", "25006", []]);
  expect(await ask(target, (s) => s.query(bareFacts))).toEqual([whole]);
  const next = await ask(target, (s) => s.query("INSERT INTO public.lessons (title) VALUES ('next') RETURNING id"));
  expect(next).toEqual([{ id: 31 }]);
  expect(await ask(target, (s) => s.query("SELECT jobid::int FROM cron.job WHERE active"))).toEqual([{ jobid: 1 }]);
  expect(await ask(withDatabase(server().admin, "rows"), (s) => s.query("SELECT * FROM extensions.ddl_log"))).toEqual(
    [],
  );
  expect(await readMarker(target)).toBeNull();
  expect(incident.verification?.losses.find(({ table }) => table === "public.lessons")).toMatchObject({
    rows_now: 31,
    rows_then: 30,
  });
});

test("definitions that a migration has broken are made anew, grants and policies as in the backup", async () => {
  const target = await server().project("definitions");
  // A cast lies in no schema, and goes with its type.
  await ask(target, (s) =>
    s.query(`CREATE TYPE public.shade AS ENUM ('dark');
      CREATE FUNCTION public.depth(public.shade) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 7';
      CREATE CAST (public.shade AS int) WITH FUNCTION public.depth(public.shade)`),
  );
  await using backup = await backedUp(target, plan);
  await ask(target, (s) =>
    s.query(`DROP FUNCTION public.welcome() CASCADE;
      DROP TABLE public.moods;
      ALTER TABLE public.children DROP COLUMN points, ADD COLUMN surplus int;
      DROP POLICY "own children" ON public.children;
      GRANT ALL ON public.error_logs TO anon;
      CREATE TABLE public.since (id int REFERENCES public.lessons);
      ALTER PUBLICATION supabase_realtime DROP TABLE public.children`),
  );
  const { incident, fault } = await drive(target, backup.method());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.verification?.checks.filter(({ status }) => status !== "passed")).toEqual([]);
  expect(await ask(target, (s) => s.query(bareFacts))).toEqual([whole]);
  expect(await ask(target, (s) => s.query("SELECT 'dark'::public.shade::int AS n"))).toEqual([{ n: 7 }]);
  const [signUp] = await ask(target, (s) =>
    s.query("WITH u AS (INSERT INTO auth.users (email) VALUES ('new') RETURNING id) SELECT count(*)::int AS n FROM u"),
  );
  expect(signUp).toEqual({ n: 1 });
  expect(await ask(target, (s) => s.query("SELECT count(*)::int AS n FROM public.profiles"))).toEqual([{ n: 21 }]);
});

test("large objects come back with content, owner, rights and comment; those of the platform stay as they are", async () => {
  const target = await server().project("large_objects");
  const admin = withDatabase(server().admin, "large_objects");
  // Larger than the pieces that are read at once.
  await ask(target, (s) => s.query("SELECT lo_from_bytea(90004, decode(repeat('00ff', 2500000), 'hex'))"));
  const before = await ask(admin, (s) => s.query(largeObjects));
  expect(before).toHaveLength(4);
  await using backup = await backedUp(target, plan);
  const spoil = `SELECT lo_unlink(90002), lo_put(90004, 4999999, 'x'), lo_create(90009);
    GRANT SELECT ON LARGE OBJECT 90001 TO anon; COMMENT ON LARGE OBJECT 90001 IS 'since'`;
  await ask(target, (s) => s.query(spoil));
  const { incident, fault } = await drive(target, backup.method());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(await ask(admin, (s) => s.query(largeObjects))).toEqual(before);
  expect(incident.verification?.checks).toContainEqual(
    expect.objectContaining({ id: "restored.large_objects.equality", status: "passed", actual: "4 large objects" }),
  );

  // One of somebody else's, which the project's role can neither read nor unlink.
  await ask(admin, (s) => s.query("SELECT lo_from_bytea(90010, 'x')"));
  await using mixed = await testBackup(admin, { plan });
  await ask(target, (s) => s.query(spoil));
  const again = await drive(target, inPlace(fullRecovery(target, mixed, plan)));
  expect(again.fault).toBeNull();
  expect((await ask(admin, (s) => s.query(largeObjects))).slice(0, 4)).toEqual(before);
  expect(again.incident.verification?.not_covered).toContainEqual({
    what: "Large objects (1 of the backup's)",
    why: expect.stringContaining("the 4 others were compared with the archive one by one"),
  });
});

test("kinds of objects that hang together, rows older than their rule, and children of tables come back", async () => {
  const target = await server().project("kinds");
  await ask(target, (s) =>
    s.query(`CREATE COLLATION public.plain (locale = 'C');
      CREATE TYPE public.span AS RANGE (subtype = int4);
      CREATE FUNCTION public.near(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT abs($1 - $2) < 2';
      CREATE OPERATOR public.=~= (FUNCTION = public.near, LEFTARG = int, RIGHTARG = int);
      CREATE TEXT SEARCH CONFIGURATION public.plainly (COPY = pg_catalog.simple);
      CREATE TABLE public.scores (n int, at public.span, name text COLLATE public.plain);
      CREATE TABLE public.late_scores (late boolean) INHERITS (public.scores);
      INSERT INTO public.scores VALUES (-1, '[1,2)', 'a'), (5, '[1,9)', 'b');
      INSERT INTO public.late_scores VALUES (7, '[1,2)', 'c', true);
      ALTER TABLE public.scores ADD CONSTRAINT positive CHECK (n > 0) NOT VALID`),
  );
  await using backup = await backedUp(target, plan);
  await ask(target, (s) => s.query("DELETE FROM public.scores"));
  const { incident, fault } = await drive(target, backup.method());
  expect(fault).toBeNull();
  expect(incident.preview?.overwrites[1]).toContain("a rule (NOT VALID) has to be made after the older rows");
  const rows = "SELECT tableoid::regclass::text AS t, n FROM public.scores ORDER BY n";
  const all = [
    { t: "public.scores", n: -1 },
    { t: "public.scores", n: 5 },
    { t: "public.late_scores", n: 7 },
  ];
  expect(await ask(target, (s) => s.query(rows))).toEqual(all);
  await ask(target, (s) => s.query("DROP COLLATION public.plain CASCADE; DROP OPERATOR public.=~= (int, int)"));
  const again = await drive(target, backup.method());
  expect(again.fault).toBeNull();
  expect(again.incident.state.outcome).toBe("recovered");
  expect(await ask(target, (s) => s.query(rows))).toEqual(all);
});

test("what fires always is held back too: Ithaca's own log in the database does not refuse to come back", async () => {
  const target = await server().project("always");
  for (const part of ["1-table", "2-append-only"]) {
    await ask(target, (s) => runSqlFile(s, `sql/audit/migration/${part}.sql`));
  }
  await ask(target, (s) =>
    s.query(`INSERT INTO public.backup_audit_log (id, operation_id, database, operation_type, performed_by, performed_at, status)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'shop', 'backup', 'a person', now(), 'done');
      CREATE TABLE public.sent (what text);
      CREATE FUNCTION public.send() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO public.sent VALUES (TG_OP); RETURN NULL; END';
      CREATE TRIGGER send AFTER INSERT OR UPDATE OR DELETE ON public.children FOR EACH ROW EXECUTE FUNCTION public.send();
      ALTER TABLE public.children ENABLE ALWAYS TRIGGER send`),
  );
  await using backup = await backedUp(target, plan);
  const rows =
    "SELECT (SELECT count(*)::int FROM public.children) AS children, (SELECT count(*)::int FROM public.sent) AS sent";
  const before = await ask(target, (s) => s.query(rows));
  await ask(target, (s) => s.query("SET session_replication_role = replica; TRUNCATE public.children CASCADE"));
  const { incident, fault } = await drive(target, backup.method());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(await ask(target, (s) => s.query(rows))).toEqual(before);
  expect(await ask(target, (s) => s.query("SELECT tgname FROM pg_trigger WHERE tgenabled = 'A' ORDER BY 1"))).toEqual([
    { tgname: "backup_audit_log_append_only" },
    { tgname: "send" },
  ]);
});

test("what does not pass inside the transaction is not committed: production is as it was", async () => {
  const target = await server().project("untrue");
  await using backup = await backedUp(target, plan);
  const { taken } = backup;
  const children = taken.census.tables["public.children"];
  if (children === undefined) throw new Error("no such table");
  const census = {
    ...taken.census,
    tables: { ...taken.census.tables, "public.children": { ...children, hash: "1:1" } },
  };
  await ask(target, (s) => s.query("DELETE FROM public.children"));
  const { incident, fault } = await drive(target, inPlace(fullRecovery(target, { ...taken, census }, plan)));
  expect(fault?.id).toBe("full.restored_wrong");
  expect(incident.state.outcome).toBe("rolled_back");
  expect(await ask(target, (s) => s.query("SELECT count(*)::int AS n FROM public.children"))).toEqual([{ n: 0 }]);
  await ask(target, (s) => s.query("INSERT INTO public.lessons (title) VALUES ('writable')"));
});

test("a project that the platform has just set up receives the whole application; one that is not empty does not", async () => {
  const source = await server().project("old_home");
  await using backup = await testBackup(source, { plan });
  const target = await server().newProject("new_home");
  const method = intoNewProject(fullRecovery(target, backup, plan, { source }));
  const { incident, fault } = await drive(target, method);
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  expect(incident.safety_backups).toEqual([]);
  expect(incident.no_safety_backup).toContain("nothing to back up");
  expect(await ask(target, (s) => s.query(bareFacts))).toEqual([whole]);
  await expect(drive(target, method)).rejects.toMatchObject({ id: "recovery.obstacles" });
  const itself = intoNewProject(fullRecovery(source, backup, plan, { source }));
  await expect(drive(source, itself)).rejects.toMatchObject({ id: "recovery.is_production" });
});

test("rows of the platform's that may not be written stay as they are, whatever their table is called and made of", async () => {
  const target = await server().project("kept");
  await using admin = await connect(withDatabase(server().admin, "kept"), { readOnly: false });
  await admin.query(`
    CREATE SCHEMA ledger;
    CREATE TABLE ledger.messages (id int, sent date) PARTITION BY RANGE (sent);
    CREATE TABLE ledger.messages_2026 PARTITION OF ledger.messages FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE TABLE auth."Audit Log" (id int);
    CREATE TABLE auth.former (id int);
    INSERT INTO ledger.messages VALUES (1, '2026-11-22'); INSERT INTO auth."Audit Log" VALUES (1);
    GRANT USAGE ON SCHEMA ledger TO postgres;
    GRANT SELECT ON ALL TABLES IN SCHEMA ledger, auth TO postgres`);
  await using backup = await backedUp(target, plan);
  await admin.query(`INSERT INTO ledger.messages VALUES (2, '2026-11-23'); INSERT INTO auth."Audit Log" VALUES (2);
    -- What an upgrade of the platform's own services does.
    DROP TABLE auth.former; CREATE TABLE auth.later (id int); INSERT INTO auth.later VALUES (1);
    GRANT SELECT ON auth.later TO postgres;
    DELETE FROM public.moods`);
  await admin[Symbol.asyncDispose]();
  const { incident, fault } = await drive(target, backup.method());
  expect(fault).toBeNull();
  expect(incident.state.outcome).toBe("recovered");
  const kept = incident.verification?.not_covered.map(({ what }) => what).filter((what) => what.startsWith("Rows of"));
  expect(kept).toEqual(expect.arrayContaining(['Rows of auth."Audit Log"', "Rows of ledger.messages"]));
});

const { major } = await findServer();

test.skipIf(major < 17)("what fires at each login is an obstacle: it could refuse everybody (from 17 on)", async () => {
  const target = await server().project("logins");
  await using backup = await testBackup(target, { plan });
  await ask(withDatabase(server().admin, "logins"), (s) =>
    s.query(`CREATE FUNCTION extensions.note_login() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
        AS 'BEGIN INSERT INTO extensions.ddl_log VALUES (session_user); END';
      CREATE EVENT TRIGGER note_login ON login EXECUTE FUNCTION extensions.note_login()`),
  );
  await expect(drive(target, inPlace(fullRecovery(target, backup, plan)))).rejects.toMatchObject({
    id: "recovery.obstacles",
    message: expect.stringContaining("ALTER EVENT TRIGGER note_login DISABLE"),
  });
});
