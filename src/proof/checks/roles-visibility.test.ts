import { expect, test } from "vitest";
import { testRole } from "../../../test/support/backup.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { census, databasePlan, proofContext } from "../../../test/support/proof.ts";
import { seenOnCopy, sourceCensus, told } from "../../../test/support/role-views.ts";
import type { Census } from "../../census/types.ts";
import type { DatabasePlan } from "../../plan/schema.ts";
import { rolesVisibility } from "./roles-visibility.ts";

/** A database of its own, who asks there, and what is seen before and after it is changed. */
async function changed(
  database: TestDatabase,
  plan: DatabasePlan,
  sql: string,
  edit: (expected: Census) => Census = (same) => same,
) {
  const expected = await sourceCensus(database.target, plan);
  await database.session.query(sql);
  await database.session.query("BEGIN; SET LOCAL search_path = ''");
  const outcome = await seenOnCopy(database.session, plan, edit(expected));
  await database.session.query("ROLLBACK");
  return { expected, outcome };
}

const notes = `
  CREATE TABLE public.notes (id int PRIMARY KEY, owner int, at timestamptz DEFAULT now(), note text DEFAULT 'canary');
  INSERT INTO public.notes (id, owner) SELECT n, n % 3 FROM generate_series(1, 9) AS n;
  ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
  CREATE FUNCTION public.me() RETURNS int LANGUAGE sql STABLE AS
    $$ SELECT (current_setting('request.jwt.claims', true)::jsonb ->> 'sub')::int $$;
  CREATE POLICY own ON public.notes FOR SELECT USING (owner = public.me());
  CREATE TABLE public.users (id int PRIMARY KEY, email text, raw_app_meta_data jsonb);
  INSERT INTO public.users VALUES (1, 'canary@example.org', '{"team": "red"}');
`;

test("a user is known by key, in the claims of today and of before, with e-mail and metadata", async () => {
  await using database = await testDatabase();
  await database.session.query(notes);
  await using role = await testRole(database);
  await database.session.query(`
    GRANT SELECT ON public.notes TO ${role.name};
    CREATE POLICY mail ON public.notes AS RESTRICTIVE USING (
      current_setting('request.jwt.claims', true)::jsonb ->> 'email' = 'canary@example.org'
      AND current_setting('request.jwt.claims', true)::jsonb #>> '{app_metadata,team}' = 'red'
      AND current_setting('request.jwt.claim.sub', true) = '1')`);
  const users = { table: "public.users", role: role.name };
  const plan = databasePlan({ role_views: { roles: [], users } });
  const { expected, outcome } = await changed(
    database,
    plan,
    "UPDATE public.notes SET owner = CASE id WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE owner END",
  );
  const [, user] = expected.role_views?.perspectives ?? [];
  expect(user).toMatchObject({ user: "1", sights: { "public.notes": { kind: "rows", rows: 3 } } });
  // As many rows as before, but others.
  expect(told(outcome)).toEqual([
    expect.stringMatching(
      new RegExp(`^public\\.notes seen by ${role.name} user 1: 3 rows, content \\w{8} -> 3 rows, content \\w{8}$`),
    ),
  ]);
  expect(JSON.stringify(outcome)).not.toContain("canary");
});

test("an owner is held back by FORCE alone, and the check sees it go", async () => {
  await using database = await testDatabase();
  await database.session.query(notes);
  await using role = await testRole(database);
  await database.session.query(`ALTER TABLE public.notes OWNER TO ${role.name}, FORCE ROW LEVEL SECURITY`);
  const plan = databasePlan({ role_views: { roles: [role.name] } });
  const { outcome } = await changed(database, plan, "ALTER TABLE public.notes NO FORCE ROW LEVEL SECURITY");
  expect(told(outcome)).toEqual([`public.notes seen by ${role.name}: 0 rows -> every row (9)`]);
});

test("rows that come into sight with time are no false alarm; a policy that lets all through is found", async () => {
  await using database = await testDatabase();
  await database.session.query(notes);
  await using role = await testRole(database);
  await database.session.query(`
    GRANT SELECT ON public.notes TO ${role.name};
    DROP POLICY own ON public.notes;
    CREATE POLICY published ON public.notes USING (at <= now() AND at > CURRENT_DATE - 30);
    CREATE VIEW public.headlines WITH (security_invoker = on) AS SELECT id FROM public.notes;
    CREATE VIEW public.clock AS SELECT n FROM generate_series(1, 9) AS n WHERE n < extract(epoch FROM now());
    GRANT SELECT ON public.headlines, public.clock TO ${role.name};
    CREATE TABLE public.fired (tag text);
    CREATE FUNCTION public.fire() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.fired VALUES (tg_tag); END $$;
    CREATE EVENT TRIGGER fire ON ddl_command_start EXECUTE FUNCTION public.fire();
    UPDATE public.notes SET at = now() + interval '1 hour' WHERE id <= 4`);
  const plan = databasePlan({ role_views: { roles: [role.name] } });
  // Read by a clock of months ago the copy shows nothing: it is that clock by which it is read.
  const earlier = (expected: Census): Census =>
    JSON.parse(JSON.stringify(expected).replaceAll(/"at":"[^"]+"/g, '"at":"2026-01-01 00:00:00+00"'));
  const later = await changed(database, plan, "UPDATE public.notes SET at = at - interval '0 s'");
  expect(told(later.outcome)).toEqual([]);
  const seen = later.expected.role_views?.perspectives[0]?.sights;
  expect(seen).toMatchObject({ "public.notes": { rows: 5 }, "public.headlines": { rows: 5 } });
  expect(seen?.["public.clock"]).toEqual({ kind: "granted" });
  expect(later.expected.not_covered).toContainEqual({
    what: "which rows each role sees of public.clock",
    why: "rows come into sight and go out of it with time",
  });
  const moved = await changed(database, plan, "SELECT", earlier);
  expect(told(moved.outcome).sort()).toEqual(
    ["headlines", "notes"].map((name) => `public.${name} seen by ${role.name}: 5 rows -> 0 rows`),
  );
  const open = await changed(database, plan, "ALTER POLICY published ON public.notes USING (true)");
  expect(told(open.outcome)).toContain(`public.notes seen by ${role.name}: 5 rows -> 9 rows`);
  const fired = await database.session.query("SELECT tag FROM public.fired WHERE tag = 'ALTER POLICY'");
  expect(fired).toHaveLength(1);
});

test("who may not take a role's place says so, and compares its rights all the same", async () => {
  await using database = await testDatabase();
  await database.session.query(notes);
  await using role = await testRole(database);
  await using backup = await testRole(database, "BYPASSRLS", ["pg_read_all_data"]);
  await database.session.query(`GRANT SELECT ON public.notes TO ${role.name}`);
  const plan = databasePlan({ role_views: { roles: [role.name] } });
  const expected = await sourceCensus(backup.target, plan);
  expect(expected.role_views?.perspectives).toEqual([]);
  expect(expected.not_covered).toContainEqual({
    what: `what the role ${role.name} sees`,
    why: `the backup's role may not take its place; its rights are compared. Allow it with \`GRANT ${role.name} TO ${backup.name}\``,
  });
  await database.session.query(`GRANT INSERT (id, owner) ON public.notes TO ${role.name}; BEGIN`);
  const outcome = await seenOnCopy(database.session, plan, expected);
  await database.session.query("ROLLBACK");
  expect(told(outcome)).toEqual([`public.notes rights of ${role.name}: select -> select, insert (id, owner)`]);
});

test("refusals are answers: errors, writing functions, and columns that are not the role's", async () => {
  await using database = await testDatabase();
  await database.session.query(notes);
  await using role = await testRole(database);
  await database.session.query(`
    CREATE FUNCTION public.angry() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'canary' USING ERRCODE = 'ABCDE'; END $$;
    CREATE FUNCTION public.writes() RETURNS bool LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN DELETE FROM public.notes; RETURN true; END $$;
    CREATE VIEW public.error AS SELECT public.angry() AS x;
    CREATE VIEW public.writer AS SELECT public.writes() AS x;
    CREATE TABLE public.closed (id int PRIMARY KEY, open text);
    INSERT INTO public.closed VALUES (1, 'a'), (2, 'b');
    ALTER TABLE public.closed ENABLE ROW LEVEL SECURITY;
    CREATE POLICY all_of_it ON public.closed USING (true);
    GRANT SELECT (open) ON public.closed TO ${role.name};
    GRANT SELECT ON public.error, public.writer TO ${role.name}`);
  const plan = databasePlan({ role_views: { roles: [role.name] } });
  const { expected, outcome } = await changed(
    database,
    plan,
    "CREATE OR REPLACE FUNCTION public.angry() RETURNS bool LANGUAGE sql AS 'SELECT true'",
  );
  expect(expected.role_views?.perspectives[0]?.sights).toMatchObject({
    "public.error": { kind: "refused", code: "ABCDE" },
    "public.writer": { kind: "refused", code: "25006" },
    "public.closed": { kind: "rows", rows: 2, hash: expect.any(String) },
  });
  expect(told(outcome)).toEqual([
    `public.error seen by ${role.name}: PostgreSQL refused it with SQLSTATE ABCDE unknown_condition -> 1 rows`,
  ]);
  expect(await database.session.query("SELECT FROM public.notes")).toHaveLength(9);
});

test("a view that refuses because of a column is asked for the same on the copy", async () => {
  await using database = await testDatabase();
  await database.session.query(notes);
  await using role = await testRole(database);
  await database.session.query(`
    CREATE FUNCTION public.unmask(t text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT t';
    REVOKE EXECUTE ON FUNCTION public.unmask FROM PUBLIC;
    CREATE VIEW public.clear AS SELECT id, public.unmask(note) AS note FROM public.notes;
    CREATE VIEW public.some AS SELECT DISTINCT ON (owner) id, public.unmask(note) AS note FROM public.notes;
    GRANT SELECT ON public.clear, public.some TO ${role.name}`);
  const plan = databasePlan({ role_views: { roles: [role.name] } });
  const same = await changed(database, plan, "SELECT");
  expect(told(same.outcome)).toEqual([]);
  const sights = same.expected.role_views?.perspectives[0]?.sights;
  expect(sights?.["public.clear"]).toEqual({ kind: "refused", code: "42501", asked: "rows" });
  expect(same.outcome.status).toBe("passed");
  const open = await changed(database, plan, `GRANT EXECUTE ON FUNCTION public.unmask TO ${role.name}`);
  const refused = "PostgreSQL refused it with SQLSTATE 42501 insufficient_privilege";
  expect(told(open.outcome)).toContain(`public.clear seen by ${role.name}: ${refused} -> 9 rows`);
  const limited = databasePlan({ role_views: { roles: [role.name], limit: 4 } });
  const shut = await changed(database, limited, `REVOKE EXECUTE ON FUNCTION public.unmask FROM ${role.name}`);
  expect(told(shut.outcome)).toContain(`public.clear seen by ${role.name}: 4 rows or more -> ${refused}`);
});

test("sums of floating-point numbers are counted and not compared, in whatever type they are hidden", async () => {
  await using database = await testDatabase();
  await using role = await testRole(database);
  await database.session.query(`
    CREATE DOMAIN public.stars AS double precision;
    CREATE TABLE public.ratings (item int, rating public.stars, price numeric);
    INSERT INTO public.ratings SELECT n % 2, CASE n WHEN 1 THEN 1e16 WHEN 9 THEN -1e16 ELSE 1 END, n
      FROM generate_series(1, 10) AS n;
    CREATE VIEW public.as_json AS
      SELECT item, jsonb_build_object('avg', avg(rating)) AS facts FROM public.ratings GROUP BY item;
    CREATE VIEW public.as_text AS SELECT sum(rating)::text AS total FROM public.ratings;
    CREATE VIEW public.on_it AS SELECT facts ->> 'avg' AS average FROM public.as_json;
    CREATE VIEW public.exact AS SELECT sum(price) AS total FROM public.ratings;
    CREATE VIEW public.single AS SELECT rating::text AS rating FROM public.ratings;
    GRANT SELECT ON public.as_json, public.as_text, public.on_it, public.exact, public.single TO ${role.name}`);
  const plan = databasePlan({ role_views: { roles: [role.name] } });
  const backwards = `
    CREATE TABLE public.again AS SELECT * FROM public.ratings;
    TRUNCATE public.ratings;
    INSERT INTO public.ratings SELECT * FROM public.again ORDER BY rating, price DESC`;
  const [before] = await database.session.query("SELECT total FROM public.as_text");
  const { expected, outcome } = await changed(database, plan, backwards);
  expect(await database.session.query("SELECT total FROM public.as_text")).not.toEqual([before]);
  expect(told(outcome)).toEqual([]);
  const hash = expect.any(String);
  expect(expected.role_views?.perspectives[0]?.sights).toEqual({
    "public.as_json": { kind: "rows", rows: 2, hash: null },
    "public.as_text": { kind: "rows", rows: 1, hash: null },
    "public.on_it": { kind: "rows", rows: 2, hash: null },
    "public.exact": { kind: "rows", rows: 1, hash },
    "public.single": { kind: "rows", rows: 10, hash },
  });
  const fewer = await changed(database, plan, "DELETE FROM public.ratings WHERE item = 1");
  expect(told(fewer.outcome)).toContain(`public.as_json seen by ${role.name}: 2 rows -> 1 rows`);
});

test("rows are counted to the limit, and slow objects hold up no others for longer than the time limit", async () => {
  await using database = await testDatabase();
  await database.session.query(notes);
  await using role = await testRole(database);
  await database.session.query(`
    ALTER POLICY own ON public.notes USING (id < 9);
    CREATE VIEW public.slow AS SELECT pg_sleep(60)::text AS never;
    GRANT SELECT ON public.notes, public.slow TO ${role.name}`);
  const plan = databasePlan({ role_views: { roles: [role.name], limit: 4, time_limit: "2s" } });
  const { expected, outcome } = await changed(database, plan, "ALTER POLICY own ON public.notes USING (id < 2)");
  expect(expected.role_views?.perspectives[0]?.sights).toEqual({
    "public.notes": { kind: "rows", rows: 4, hash: null, asked: "rows" },
    "public.slow": { kind: "unread" },
  });
  expect(expected.not_covered).toContainEqual({
    what: `what is visible of public.slow as ${role.name}`,
    why: "it took longer than the plan's role_views.time_limit of 2 s in the place of one role or user",
  });
  expect(told(outcome)).toEqual([`public.notes seen by ${role.name}: 4 rows or more -> 1 rows`]);
}, 120_000);

test("what the plan names and is not there is not proved; an excuse that ran out neither", async () => {
  await using database = await testDatabase();
  await database.session.query(notes);
  await using role = await testRole(database);
  await database.session.query(`GRANT SELECT ON public.notes TO ${role.name}`);
  const lost = databasePlan({
    role_views: { roles: [role.name, "nobody at all"], users: { table: "public.gone", role: role.name } },
  });
  const { outcome } = await changed(database, lost, "SELECT");
  expect(outcome).toMatchObject({
    status: "not_run",
    reason:
      "the users of role_views.users: there is no public.gone with a column id; role_views: there is no role nobody at all",
  });
  const excuse = { object: "public.notes", reason: "for the test", owner: "tests", expires: "2999-01-01" };
  const plan = databasePlan({ role_views: { roles: [role.name], exclude: [excuse] } });
  const { expected, outcome: excused } = await changed(database, plan, "ALTER POLICY own ON public.notes USING (true)");
  expect(excused.status).toBe("passed");
  const context = { database: plan, expected, copy: expected };
  expect((await rolesVisibility.run(proofContext(context))).status).toBe("passed");
  const now = new Date("3000-01-01T00:00:00Z");
  expect(await rolesVisibility.run(proofContext({ ...context, now }))).toMatchObject({
    status: "not_run",
    reason: "public.notes was left out by the plan, and the excuse ran out on 2999-01-01",
  });
});

test("a backup that did not ask, a database without roles, a copy without the role", async () => {
  expect((await rolesVisibility.run(proofContext())).status).toBe("not_applicable");
  await using database = await testDatabase();
  const nobody = await sourceCensus(database.target, databasePlan({ role_views: { roles: [] } }));
  expect((await rolesVisibility.run(proofContext({ expected: nobody, copy: nobody }))).status).toBe("not_applicable");
  await database.session.query(notes);
  await using role = await testRole(database);
  const expected = await sourceCensus(database.target, databasePlan({ role_views: { roles: [role.name] } }));
  expect((await rolesVisibility.run(proofContext({ expected, copy: census() }))).status).toBe("not_run");
  const { role_views: views } = expected;
  const copy = { ...expected, ...(views && { role_views: { ...views, roles: [], perspectives: [] } }) };
  const outcome = await rolesVisibility.run(proofContext({ expected, copy }));
  expect(told(outcome)).toEqual([`role ${role.name} role: present -> missing`]);
});
