import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { dumpedBackup, patchFile, restoreDumped } from "../../test/support/dumped-backup.ts";

/** Things that a tolerant restore meets, each broken in the source behind PostgreSQL's back. */
const broken = `
  SET search_path = public;
  CREATE FUNCTION public.h(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)';
  CREATE FUNCTION public.unqualified(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN h($1); END';
  CREATE TABLE public.lazy (v text);
  CREATE INDEX lazy_index ON public.lazy (public.unqualified(v)); -- from 17 on no row may be there yet
  INSERT INTO public.lazy VALUES ('CANARY-row');
  CREATE TABLE public.parent (id uuid PRIMARY KEY);
  CREATE TABLE public.child (parent_id uuid);
  INSERT INTO public.child VALUES ('0f0f0f0f-aaaa-4bbb-8ccc-222222222222');
  ALTER TABLE public.child ADD CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES public.parent NOT VALID;
  UPDATE pg_constraint SET convalidated = true WHERE conname = 'child_parent';
  CREATE TABLE public.checked (v text);
  INSERT INTO public.checked VALUES ('CANARY-checked');
  ALTER TABLE public.checked ADD CONSTRAINT never CHECK (v = '') NOT VALID;
  UPDATE pg_constraint SET convalidated = true WHERE conname = 'never';
  CREATE TABLE public.fine (id int PRIMARY KEY, v text);
  INSERT INTO public.fine SELECT g, 'row ' || g FROM generate_series(1, 100) AS g;
`;

test("every error of a restore is in the ledger, without a value, and the rest is loaded", async () => {
  await using source = await testDatabase();
  await source.session.query(broken);
  await using backup = await dumpedBackup(source.target);
  await using copy = await testDatabase();
  const exception = {
    restore_error: "child_parent",
    reason: "orphans are deleted next week",
    owner: "data team",
    expires: "2026-11-30",
  };
  const { errors, phases } = await restoreDumped(backup, copy.target, { exceptions: [exception] });
  const byObject = [...errors].sort((a, b) => a.object.localeCompare(b.object));
  expect(byObject).toEqual([
    {
      object: "FK CONSTRAINT public child child_parent",
      message: 'insert or update on table "child" violates foreign key constraint "child_parent"',
      allowed_by: exception.reason,
    },
    {
      object: "INDEX public lazy_index",
      message: "function h(text) does not exist",
      allowed_by: null,
    },
    {
      object: "TABLE DATA public checked",
      message: 'COPY failed: new row for relation "checked" violates check constraint "never"',
      allowed_by: null,
    },
  ]);
  expect(JSON.stringify(errors)).not.toMatch(/CANARY|0f0f0f0f/);
  expect(phases.map(({ name }) => name)).toEqual(["restore.pre-data", "restore.data", "restore.post-data"]);
  expect(await copy.session.query("SELECT count(*)::int AS n FROM public.fine")).toEqual([{ n: 100 }]);
});

test("names with quotes, line breaks and emoji, partitions, foreign tables, matviews, large objects and sequences come back", async () => {
  await using source = await testDatabase();
  await source.session.query(`
    CREATE SCHEMA "sp ace";
    CREATE TABLE "sp ace"."t ""q\nnl 😀" (id int PRIMARY KEY, v text);
    INSERT INTO "sp ace"."t ""q\nnl 😀" SELECT g, 'row ' || g FROM generate_series(1, 5) AS g;
    CREATE TABLE public.part (a int, b text) PARTITION BY LIST (a);
    CREATE TABLE public.part1 PARTITION OF public.part FOR VALUES IN (1);
    CREATE TABLE public.part2 PARTITION OF public.part DEFAULT;
    INSERT INTO public.part VALUES (1, 'x'), (2, 'y');
    CREATE MATERIALIZED VIEW public.fresh AS SELECT count(*) AS n FROM public.part;
    CREATE MATERIALIZED VIEW public.empty AS SELECT 1 AS a WITH NO DATA;
    SELECT lo_from_bytea(4243, '\\x0102');
    CREATE SEQUENCE public.s; SELECT nextval('public.s'), nextval('public.s');
    CREATE PUBLICATION pub FOR TABLE public.part;
    CREATE EXTENSION file_fdw SCHEMA public;
    CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
    CREATE TABLE public.inherited (a text); INSERT INTO public.inherited VALUES ('x');
    CREATE FOREIGN TABLE public.nowhere () INHERITS (public.inherited) SERVER files OPTIONS (filename '/nonexistent');
    COMMENT ON SCHEMA public IS 'ours';
    REVOKE ALL ON SCHEMA public FROM PUBLIC`);
  await using backup = await dumpedBackup(source.target);
  await using copy = await testDatabase();
  expect(await restoreDumped(backup, copy.target)).toMatchObject({ errors: [], skipped: [] });
  const facts = `SELECT
    (SELECT count(*)::int FROM "sp ace"."t ""q\nnl 😀") AS odd,
    (SELECT count(*)::int FROM public.part2) AS leaf, (SELECT count(*)::int FROM ONLY public.inherited) AS parent,
    (SELECT n::int FROM public.fresh) AS fresh,
    (SELECT relispopulated FROM pg_class WHERE oid = 'public.empty'::regclass) AS populated,
    lo_get(4243) AS object, (SELECT last_value::int FROM public.s) AS sequence,
    (SELECT nspacl::text FROM pg_namespace WHERE nspname = 'public') AS acl,
    obj_description('public'::regnamespace, 'pg_namespace') AS comment`;
  expect(await copy.session.query(facts)).toEqual(await source.session.query(facts));
});

test("event triggers that veto, log or are disabled come back as they were and disturb nothing", async () => {
  await using source = await testDatabase();
  await source.session.query(`
    CREATE TABLE public.log (tag text);
    CREATE MATERIALIZED VIEW public.mv AS SELECT 1 AS a;
    CREATE FUNCTION public.note() RETURNS event_trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO public.log VALUES (tg_tag); END';
    CREATE FUNCTION public.veto() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
    CREATE EVENT TRIGGER a_note ON ddl_command_end EXECUTE FUNCTION public.note();
    CREATE EVENT TRIGGER b_veto ON ddl_command_start EXECUTE FUNCTION public.veto();
    CREATE EVENT TRIGGER c_off ON ddl_command_end EXECUTE FUNCTION public.veto();
    ALTER EVENT TRIGGER c_off DISABLE;
    ALTER EVENT TRIGGER a_note ENABLE ALWAYS;
    COMMENT ON EVENT TRIGGER b_veto IS 'says no'`);
  await using backup = await dumpedBackup(source.target);
  await using copy = await testDatabase();
  expect((await restoreDumped(backup, copy.target)).errors).toEqual([]);
  const state = `SELECT evtname::text, evtenabled::text, obj_description(oid, 'pg_event_trigger') AS comment,
    (SELECT count(*)::int FROM public.log) AS logged FROM pg_event_trigger ORDER BY 1`;
  expect(await copy.session.query(state)).toEqual(await source.session.query(state));
});

test("what the database itself has comes to the copy, whatever the copy is called", async () => {
  await using source = await testDatabase();
  const role = `owner_${source.target.database}`;
  await source.session.query(`CREATE ROLE ${role} NOLOGIN`);
  await source.session.query(`
    ALTER DATABASE ${source.target.database} OWNER TO ${role};
    ALTER DATABASE ${source.target.database} SET statement_timeout = '2min';
    ALTER DATABASE ${source.target.database} SET default_transaction_read_only = on;
    ALTER DATABASE ${source.target.database} SET session_preload_libraries = 'auto_explain';
    ALTER DATABASE ${source.target.database} CONNECTION LIMIT 7;
    ALTER DATABASE ${source.target.database} IS_TEMPLATE true;
    ALTER ROLE ${role} IN DATABASE ${source.target.database} SET search_path = "$user", 'a b';
    COMMENT ON DATABASE ${source.target.database} IS 'it''s ours';
    REVOKE TEMPORARY ON DATABASE ${source.target.database} FROM PUBLIC;
    GRANT CREATE ON DATABASE ${source.target.database} TO ${role} WITH GRANT OPTION`);
  await using backup = await dumpedBackup(source.target);
  await patchFile(backup.file("toc.dat"), "auto_explain", "auto_explaiX");
  await using copy = await testDatabase();
  const { errors, skipped } = await restoreDumped(backup, copy.target);
  expect(errors).toEqual([]);
  expect(skipped).toEqual([
    {
      what: "setting session_preload_libraries of the database",
      why: "the throwaway server lacks the library, and every connection would be refused",
      kind: "setting",
      object: "the database: session_preload_libraries",
    },
  ]);
  const facts = `SELECT d.datdba::regrole::text AS owner, d.datconnlimit, d.datistemplate, shobj_description(d.oid, 'pg_database') AS comment,
    (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(d.datacl) AS a) AS acl,
    (SELECT array_agg(c ORDER BY c) FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c
     WHERE s.setdatabase = d.oid AND c NOT LIKE 'session_preload%') AS settings
    FROM pg_database AS d WHERE d.datname = current_database()`;
  expect(await copy.session.query(facts)).toEqual(await source.session.query(facts));
  await copy.session.query(`ALTER DATABASE ${copy.target.database} OWNER TO postgres`);
  await copy.session.query(`ALTER DATABASE ${copy.target.database} IS_TEMPLATE false`);
  await copy.session.query(`DROP OWNED BY ${role}`);
  await source.session.query(`ALTER DATABASE ${source.target.database} OWNER TO postgres`);
  await source.session.query(`ALTER DATABASE ${source.target.database} IS_TEMPLATE false`);
  await source.session.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

test("subscriptions, absent extensions and absent tablespaces are left out and named", async () => {
  await using source = await testDatabase();
  await source.session.query(`
    CREATE EXTENSION hstore SCHEMA public;
    CREATE TABLE public.uses_it (h public.hstore);
    CREATE TABLE public.other (a int)`);
  await source.session.query(
    "CREATE SUBSCRIPTION sub CONNECTION 'host=/nonexistent dbname=canary' PUBLICATION p WITH (connect = false)",
  );
  await using backup = await dumpedBackup(source.target);
  await source.session.query("ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub");
  await patchFile(backup.file("toc.dat"), "hstore", "hstorX");
  await using copy = await testDatabase();
  const { errors, skipped } = await restoreDumped(backup, copy.target);
  expect(skipped.map(({ what }) => what)).toEqual(["extension hstorX", "subscription sub"]);
  expect(skipped[0]?.why).toContain("on it depend TABLE public uses_it");
  expect(JSON.stringify(skipped)).not.toContain("canary");
  expect(errors.map(({ object }) => object)).toContain("TABLE public uses_it");
  expect(await copy.session.query("SELECT to_regclass('public.other') IS NOT NULL AS there")).toEqual([
    { there: true },
  ]);
});
