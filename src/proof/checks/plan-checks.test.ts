import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { census, databasePlan, noSession, proofContext, table } from "../../../test/support/proof.ts";
import { listRelations } from "../../census/relations.ts";
import { chooseKeys, readSamples } from "../../census/samples.ts";
import { planOrphans } from "./plan-orphans.ts";
import { planRlsEnabled } from "./plan-rls-enabled.ts";
import { smokeRecords } from "./smoke-records.ts";

/* The plan's checks that read the copy, on real tables. */

const parent = "5f0c7a52-53a6-4a1e-9c3f-0a1b2c3d4e5f";
const lost = "00000000-0000-4000-8000-000000000001";

test("plan.orphans: rows that point to nothing are found, with their keys", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.profiles (id uuid PRIMARY KEY);
    CREATE TABLE public."Kids" (id int, "parent id" uuid);
    INSERT INTO public.profiles VALUES ('${parent}');
    INSERT INTO public."Kids" VALUES (1, '${parent}'), (2, NULL);
  `);
  const plan = databasePlan({
    orphans: [{ table: 'public."Kids"', column: "parent id", references: "public.profiles" }],
  });
  const context = proofContext({ database: plan, session });
  expect(await planOrphans.run(context)).toMatchObject({
    status: "passed",
    actual: "0 orphans of 1 reference",
  });
  await session.query(`INSERT INTO public."Kids" VALUES (3, '${lost}'), (4, '${lost}')`);
  expect(await planOrphans.run(context)).toMatchObject({
    status: "failed",
    findings: [
      {
        object: 'public."Kids"',
        attribute: "parent id",
        expected: "a row of public.profiles",
        actual: `2 orphans: ${lost}`,
      },
    ],
  });
});

test("plan.orphans: keys that may be personal are hashed, and types of an extension have operators of their own", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE SCHEMA extensions;
    CREATE EXTENSION citext SCHEMA extensions;
    CREATE DOMAIN public.mail AS extensions.citext;
    CREATE TABLE public.users (mail extensions.citext);
    CREATE TABLE public.logins (mail public.mail);
    INSERT INTO public.users VALUES ('A@example.org');
    INSERT INTO public.logins VALUES ('a@example.org');
  `);
  const plan = databasePlan({
    orphans: [{ table: "public.logins", column: "mail", references: "public.users", key: "mail" }],
  });
  const context = proofContext({ database: plan, session });
  expect((await planOrphans.run(context)).status).toBe("passed");
  await session.query("INSERT INTO public.logins VALUES ('canary@example.org')");
  const outcome = await planOrphans.run(context);
  expect(outcome.status).toBe("failed");
  expect(outcome.findings?.[0]?.actual).toMatch(/^1 orphan: hmac:[0-9a-f]{16}$/);
});

test("plan.orphans: a missing column fails, types that cannot be compared leave it unproved", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.a (id int, b json); CREATE TABLE public.b (id json)");
  const plan = (column: string) => databasePlan({ orphans: [{ table: "public.a", column, references: "public.b" }] });
  expect(await planOrphans.run(proofContext({ database: plan("gone"), session }))).toMatchObject({
    status: "failed",
    findings: [{ object: "public.a", attribute: "gone" }],
  });
  expect(await planOrphans.run(proofContext({ database: plan("b"), session }))).toMatchObject({
    status: "not_run",
    reason: expect.stringContaining("42883 undefined_function"),
  });
  expect((await planOrphans.run(proofContext())).status).toBe("not_applicable");
});

test("plan.rls_enabled: off, and missing, fail", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.a (id int); ALTER TABLE public.a ENABLE ROW LEVEL SECURITY;
    CREATE TABLE public."user" (id int);
  `);
  const on = proofContext({ database: databasePlan({ rls_tables: ["public.a"] }), session });
  expect(await planRlsEnabled.run(on)).toMatchObject({ status: "passed", actual: "on for 1 table" });
  const tables = ["public.a", "public.user", "public.gone"];
  const outcome = await planRlsEnabled.run(proofContext({ database: databasePlan({ rls_tables: tables }), session }));
  expect(outcome).toMatchObject({
    status: "failed",
    findings: [
      { object: "public.user", actual: "off" },
      { object: "public.gone", actual: "the table is missing" },
    ],
  });
  expect((await planRlsEnabled.run(proofContext())).status).toBe("not_applicable");
});

test("smoke.records: records drawn on the source are found on the copy; a changed or lost one fails", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.profiles (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
    ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
    INSERT INTO public.profiles (name) SELECT 'canary ' || n FROM generate_series(1, 30) n;
  `);
  const plan = databasePlan({ smoke: { table: "public.profiles" }, rls_tables: ["public.profiles"] });
  const smoke = { table: "public.profiles", key: "id", rows: 10 };
  const relations = await listRelations(session);
  const keys = (await chooseKeys(session, relations, smoke)) ?? [];
  const tables = { "public.profiles": table(30) };
  const expected = census({ tables, samples: await readSamples(session, relations, smoke, keys) });
  const context = proofContext({ database: plan, expected, copy: census({ tables }), session });
  expect(await smokeRecords.run(context)).toMatchObject({
    status: "passed",
    actual: "10 random records of 30 records equal, row level security on",
  });

  await session.query("UPDATE public.profiles SET name = 'changed' WHERE id = $1", [keys[0]]);
  await session.query("DELETE FROM public.profiles WHERE id = $1", [keys[1]]);
  await session.query("ALTER TABLE public.profiles DISABLE ROW LEVEL SECURITY");
  const fewer = { ...context, copy: census({ tables: { "public.profiles": table(29) } }) };
  const outcome = await smokeRecords.run(fewer);
  expect(outcome.status).toBe("failed");
  expect(outcome.findings).toMatchObject([
    { object: "public.profiles", attribute: `id ${keys[0]}` },
    { object: "public.profiles", attribute: `id ${keys[1]}`, actual: "missing" },
    { attribute: "rows", expected: "30", actual: "29" },
    { attribute: "row level security", actual: "off" },
  ]);
  expect(JSON.stringify(outcome)).not.toContain("canary");
});

test("smoke.records: without a sample nothing was compared; without the table it fails", async () => {
  const plan = databasePlan({ smoke: { table: "public.profiles" } });
  const expected = census({ tables: { "public.profiles": table(30) } });
  const undrawn = proofContext({ database: plan, expected, copy: expected });
  expect((await smokeRecords.run(undrawn)).status).toBe("not_run");
  expect((await smokeRecords.run(proofContext({ database: plan, session: noSession }))).status).toBe("failed");
  expect((await smokeRecords.run(proofContext())).status).toBe("not_applicable");
});
