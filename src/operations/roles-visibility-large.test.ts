import { beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { databasePlan, proofContext } from "../../test/support/proof.ts";
import { copyCensus, seenOnCopy, sourceCensus, told } from "../../test/support/role-views.ts";
import type { Census, Sight } from "../census/types.ts";
import { rolesVisibility } from "../proof/checks/roles-visibility.ts";

// Four rows at random: tables of more than 40 are large, and those of more than 200 are vast.
const plan = databasePlan({
  role_views: {
    roles: ["large_guest"],
    sample: 4,
    time_limit: "1s",
    users: { table: "app.users", role: "large_reader" },
  },
});

const me = "nullif(current_setting('request.jwt.claim.sub', true), '')::uuid";
const guarded = (name: string, columns: string, policy: string) => `
  CREATE TABLE app.${name} (${columns});
  ALTER TABLE app.${name} ENABLE ROW LEVEL SECURITY;
  CREATE POLICY reading ON app.${name} FOR SELECT TO large_reader USING (${policy});
  GRANT SELECT ON app.${name} TO large_reader;`;

const sharedRoles = `
  DO $$ BEGIN CREATE ROLE large_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
  DO $$ BEGIN CREATE ROLE large_guest; EXCEPTION WHEN duplicate_object THEN NULL; END $$;`;

const schema = `
  ${sharedRoles}
  CREATE SCHEMA app;
  GRANT USAGE ON SCHEMA app TO large_reader, large_guest;
  CREATE TABLE app.users (id uuid PRIMARY KEY);
  INSERT INTO app.users SELECT md5(n::text)::uuid FROM generate_series(1, 200) n;
  ${guarded("folders", "id bigint PRIMARY KEY, owner uuid REFERENCES app.users", `owner = ${me}`)}
  INSERT INTO app.folders SELECT n, md5(n::text)::uuid FROM generate_series(1, 200) n;
  ${guarded(
    "files",
    "id bigint PRIMARY KEY, folder_id bigint REFERENCES app.folders",
    "EXISTS (SELECT FROM app.folders f WHERE f.id = folder_id)",
  )}
  INSERT INTO app.files SELECT n, 1 + n % 200 FROM generate_series(1, 1000) n;
  ${guarded(
    "pages",
    "folder_id bigint REFERENCES app.folders, no integer, PRIMARY KEY (no, folder_id)",
    "EXISTS (SELECT FROM app.folders f WHERE f.id = folder_id)",
  )}
  INSERT INTO app.pages SELECT 1 + n % 200, n / 200 FROM generate_series(0, 999) n;
  ${guarded("notes", "id bigint PRIMARY KEY, user_id uuid", `user_id = ${me}`)}
  INSERT INTO app.notes SELECT n, md5((1 + n % 200)::text)::uuid FROM generate_series(1, 1000) n;
  ${guarded("rare", "id bigint PRIMARY KEY, user_id uuid", "id = 1")}
  INSERT INTO app.rare SELECT n, md5((1 + n % 200)::text)::uuid FROM generate_series(1, 50000) n;
  ${guarded("apart", "id bigint PRIMARY KEY, holder text", `holder = (${me})::text`)}
  INSERT INTO app.apart SELECT n, md5((1 + n % 200)::text)::uuid::text FROM generate_series(1, 1000) n;
  ${guarded("slow", "id bigint PRIMARY KEY, user_id uuid", `user_id = ${me}`)}
  INSERT INTO app.slow SELECT n, md5(n::text)::uuid FROM generate_series(1, 200) n;
  -- So dear that an index finds chosen rows first, however small the table is.
  CREATE FUNCTION app.waits() RETURNS bool LANGUAGE plpgsql COST 100000 AS 'BEGIN PERFORM pg_sleep(0.005); RETURN true; END';
  CREATE POLICY waiting ON app.slow FOR SELECT TO large_guest USING (app.waits());
  CREATE TABLE app.vast (id bigint PRIMARY KEY);
  ALTER TABLE app.vast ENABLE ROW LEVEL SECURITY;
  CREATE POLICY even ON app.vast FOR SELECT TO large_guest USING (id % 2 = 0);
  INSERT INTO app.vast SELECT generate_series(1, 5000);
  GRANT SELECT ON app.slow, app.vast TO large_guest;
  -- A way whose equality is in a schema that nobody looks into: it is not taken, and nothing else suffers.
  CREATE EXTENSION ltree SCHEMA app;
  ALTER TABLE app.users ADD path app.ltree UNIQUE;
  UPDATE app.users SET path = ('u' || replace(id::text, '-', ''))::app.ltree;
  ${guarded(
    "letters",
    "id bigint PRIMARY KEY, sender app.ltree REFERENCES app.users (path)",
    `sender::text = 'u' || replace((${me})::text, '-', '')`,
  )}
  INSERT INTO app.letters SELECT n, ('u' || md5((1 + n % 200)::text))::app.ltree FROM generate_series(1, 1000) n;
  CREATE VIEW app.folder_sizes WITH (security_invoker) AS
    SELECT folder_id AS folder, count(*) AS files FROM app.files GROUP BY folder_id;
  CREATE VIEW app.sizes WITH (security_invoker) AS SELECT * FROM app.folder_sizes;
  GRANT SELECT ON app.folder_sizes, app.sizes TO large_reader;
  ANALYZE;`;

let source: TestDatabase;
let copy: TestDatabase;
let expected: Census;

beforeAll(async () => {
  source = await testDatabase();
  await source.session.query(schema);
  await source.session[Symbol.asyncDispose]();
  expected = await sourceCensus(source.target, plan);
  copy = await testDatabase(source.target.database);
  return async () => {
    await copy[Symbol.asyncDispose]();
    await source[Symbol.asyncDispose]();
  };
});

const usersSights = (object: string): (Sight | undefined)[] =>
  (expected.role_views?.perspectives ?? []).filter(({ user }) => user !== null).map(({ sights }) => sights[object]);

const ofUsers = (object: string) => {
  const [sight] = usersSights(object);
  return sight?.kind === "rows" ? sight.of : undefined;
};
const guest = () => expected.role_views?.perspectives.find(({ role }) => role === "large_guest");

test("users are asked about their own rows of large tables, wherever foreign keys or their columns' names lead", () => {
  const chosen = expected.role_views?.chosen ?? {};
  expect(Object.keys(chosen).sort()).toEqual(
    ["files", "folder_sizes", "folders", "notes", "pages", "sizes", "slow", "vast"].map((name) => `app.${name}`),
  );
  for (const [object, rows] of [
    ["app.folders", 1],
    ["app.files", 5],
    ["app.pages", 5],
    ["app.notes", 5],
    // By the folders that its rows are grouped by.
    ["app.folder_sizes", 1],
    ["app.sizes", 1],
  ] as const) {
    const of = ofUsers(object);
    expect(of, object).toBeLessThanOrEqual(2 * rows + 4);
    expect(of, object).toBeLessThanOrEqual(chosen[object]?.rows.length ?? 0);
    expect(usersSights(object), object).toEqual([1, 2].map(() => expect.objectContaining({ kind: "rows", rows, of })));
  }
  expect(expected.not_covered).toContainEqual({
    what: expect.stringContaining("app.files, app.folder_sizes, app.folders, app.notes, app.pages"),
    why: "of more than 40 rows they are asked about their own and 4 at random: see role_views.sample",
  });
});

test("where no way leads from the users, or nobody sees what was chosen, they are asked about the whole table", () => {
  for (const [object, rows] of [
    ["app.apart", 5],
    ["app.letters", 5],
    ["app.rare", 1],
  ] as const) {
    expect(usersSights(object), object).toEqual([1, 2].map(() => ({ kind: "rows", rows, hash: expect.any(String) })));
  }
});

test("a role without users is asked about the users' rows where there is no time for the whole table", () => {
  const of = expected.role_views?.chosen?.["app.slow"]?.rows.length;
  expect(of).toBeLessThanOrEqual(6);
  expect(Object.keys(guest()?.sights ?? {}).sort()).toEqual(["app.slow", "app.vast"]);
  expect(guest()?.sights["app.slow"]).toEqual({ kind: "rows", rows: of, of, hash: expect.any(String) });
  expect(expected.not_covered).toContainEqual({
    what: "what roles without a user see of most rows of app.slow",
    why: "the whole takes longer than the plan's role_views.time_limit of 1 s",
  });
});

test("a role without users is asked about some rows of a vast table, and the report names it", () => {
  expect(expected.role_views?.chosen?.["app.vast"]?.rows).toHaveLength(20);
  expect(guest()?.sights["app.vast"]).toMatchObject({ kind: "rows", of: 20, hash: expect.any(String) });
  expect(expected.not_covered).toContainEqual({
    what: "what roles without a user see of most rows of app.vast",
    why: "of more than 200 rows they are asked about no more than 20 at random: see role_views.sample",
  });
});

test("a faithful copy is seen as it was", async () => {
  const seen = await copyCensus(copy.target, plan, expected);
  const outcome = await rolesVisibility.run(proofContext({ database: plan, expected, copy: seen }));
  expect(told(outcome)).toEqual([]);
  expect(outcome).toMatchObject({ status: "passed" });
});

const user = "large_reader user [0-9a-f-]{36}";

test.each([
  [
    "a policy that lets everybody in",
    "ALTER POLICY reading ON app.files USING (true)",
    `^app\\.files seen by ${user}: 5 rows of \\d+ that were asked about -> 1[0-4] rows of \\d+ that were asked about$`,
  ],
  [
    "a policy that lets nobody in",
    "ALTER POLICY reading ON app.pages USING (false)",
    `^app\\.pages seen by ${user}: 5 rows of \\d+ that were asked about -> 0 rows of`,
  ],
  [
    "a policy that shows a role more of a vast table",
    "ALTER POLICY even ON app.vast USING (true)",
    "^app\\.vast seen by large_guest: \\d+ rows of 20 that were asked about -> 20 rows of 20",
  ],
  [
    "rows of another owner",
    "UPDATE app.notes SET user_id = (SELECT id FROM app.users WHERE id <> user_id ORDER BY random() LIMIT 1)",
    `^app\\.notes seen by ${user}: 5 rows`,
  ],
  [
    "a view that asks as its owner",
    "ALTER VIEW app.folder_sizes RESET (security_invoker)",
    `^app\\.folder_sizes seen by ${user}: 1 rows of \\d+ that were asked about -> [2-6] rows of`,
  ],
])("%s is found", async (_title, sql, finding) => {
  const { session } = copy;
  await session.query(`BEGIN; ${sql}`);
  const outcome = await seenOnCopy(session, plan, expected).finally(() => session.query("ROLLBACK"));
  expect(outcome.status).toBe("failed");
  expect(told(outcome)).toContainEqual(expect.stringMatching(new RegExp(finding)));
});

test("a view without the column that rows were chosen by was not asked, and the check says so", async () => {
  const { session } = copy;
  await session.query("BEGIN; ALTER VIEW app.folder_sizes RENAME folder TO other");
  const outcome = await seenOnCopy(session, plan, expected).finally(() => session.query("ROLLBACK"));
  expect(outcome).toMatchObject({ status: "not_run" });
  expect(JSON.stringify(outcome)).toContain("what large_reader sees of app.folder_sizes could not be read on the copy");
});

test("a census that does not name the rows that it asked about proves nothing of them", async () => {
  if (expected.role_views === undefined) throw new Error("nobody was asked");
  const { chosen: _, ...views } = expected.role_views;
  const outcome = await seenOnCopy(copy.session, plan, { ...expected, role_views: views });
  expect(outcome).toMatchObject({ status: "not_run" });
  expect(JSON.stringify(outcome)).toContain("what large_reader sees of app.files could not be read on the copy");
});

test("of the users that are drawn those are asked who own something, for the others see nothing in any case", async () => {
  await using database = await testDatabase();
  // As many as are drawn: two are asked.
  await database.session.query(`
    ${sharedRoles}
    CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO large_reader;
    CREATE TABLE app.users (id uuid PRIMARY KEY);
    INSERT INTO app.users SELECT md5(n::text)::uuid FROM generate_series(1, 10) n;
    ${guarded("notes", "id bigint PRIMARY KEY, user_id uuid REFERENCES app.users", `user_id = ${me}`)}
    INSERT INTO app.notes SELECT n, md5((4 + n % 2)::text)::uuid FROM generate_series(1, 100) n;
    ANALYZE`);
  const { role_views: views } = await sourceCensus(database.target, plan);
  const asked = (views?.perspectives ?? []).flatMap(({ user, sights }) => (user === null ? [] : [sights["app.notes"]]));
  expect(asked.map((sight) => sight?.kind === "rows" && sight.rows >= 5)).toEqual([true, true]);
});
