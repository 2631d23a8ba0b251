import { expect, test } from "vitest";
import { testDatabase, testRole } from "../../../test/support/database.ts";
import { proofContext } from "../../../test/support/proof.ts";
import { constraintsForeignKeys } from "./constraints-foreign-keys.ts";

const replica = "SET session_replication_role = replica;";

test("orphans behind foreign keys that the catalog calls valid are found, of every shape", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE SCHEMA "Odd s";
    CREATE TABLE public.p (a int, b text, PRIMARY KEY (a, b));
    CREATE TABLE "Odd s"."c,hild" (a bigint, "b ""q" varchar, CONSTRAINT simple FOREIGN KEY (a, "b ""q") REFERENCES public.p);
    CREATE TABLE public.whole (a int, b text, CONSTRAINT whole FOREIGN KEY (a, b) REFERENCES public.p MATCH FULL);
    CREATE TABLE public.self (id uuid PRIMARY KEY, up uuid CONSTRAINT up REFERENCES public.self);
    CREATE TABLE public.parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE public.part PARTITION OF public.parts FOR VALUES FROM (0) TO (100);
    CREATE TABLE public.leaves (id int CONSTRAINT leaf REFERENCES public.parts) PARTITION BY RANGE (id);
    CREATE TABLE public.leaf PARTITION OF public.leaves FOR VALUES FROM (0) TO (100);
    INSERT INTO public.p VALUES (1, 'one');
    INSERT INTO "Odd s"."c,hild" VALUES (1, 'one'), (NULL, 'two'), (7, NULL);
    INSERT INTO public.whole VALUES (1, 'one'), (NULL, NULL);
    INSERT INTO public.self VALUES ('00000000-0000-4000-8000-000000000001', NULL),
      ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001');
    INSERT INTO public.parts VALUES (1);
    INSERT INTO public.leaves VALUES (1);
    SET search_path = '';
  `);
  const context = proofContext({ session });
  expect(await constraintsForeignKeys.run(context)).toMatchObject({
    status: "passed",
    actual: "4 foreign keys looked at, none broken",
  });
  await session.query(`${replica}
    INSERT INTO "Odd s"."c,hild" VALUES (1, 'canary');
    INSERT INTO public.whole VALUES (1, NULL);
    INSERT INTO public.self VALUES ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-00000000dead');
    INSERT INTO public.leaves VALUES (2), (2), (3);
    SET session_replication_role = origin;
  `);
  const { status, findings = [] } = await constraintsForeignKeys.run(context);
  expect(status).toBe("failed");
  expect(findings.map(({ object, attribute, actual }) => `${object} ${attribute} ${actual}`)).toEqual([
    expect.stringMatching(/^"Odd s"\."c,hild" simple 1 row without one: 1,hmac:[0-9a-f]{16}$/),
    "public.leaves leaf 3 rows without one: 2; 3",
    "public.self up 1 row without one: 00000000-0000-4000-8000-00000000dead",
    "public.whole whole 1 row without one: 1,null",
  ]);
  expect(JSON.stringify(findings)).not.toContain("canary");
});

test("operators and collations are those of the constraint", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE SCHEMA extensions;
    CREATE EXTENSION citext SCHEMA extensions;
    CREATE TABLE public.mails (mail extensions.citext PRIMARY KEY);
    CREATE TABLE public.logins (mail extensions.citext REFERENCES public.mails);
    CREATE TABLE public.names (name text COLLATE "C" PRIMARY KEY);
    CREATE TABLE public.uses (name text COLLATE "POSIX" REFERENCES public.names);
    INSERT INTO public.mails VALUES ('A@x'); INSERT INTO public.logins VALUES ('a@X');
    INSERT INTO public.names VALUES ('n'); INSERT INTO public.uses VALUES ('n');
    -- Of another collation again: a union of the two has none.
    CREATE TABLE public.more (name text COLLATE ucs_basic REFERENCES public.names);
    INSERT INTO public.more VALUES ('n');
    SET search_path = '';
  `);
  expect(await constraintsForeignKeys.run(proofContext({ session }))).toMatchObject({ status: "passed" });
  await session.query(`${replica} INSERT INTO public.uses VALUES ('a'); INSERT INTO public.more VALUES ('b'), ('c');
    INSERT INTO public.logins VALUES ('b@x'); SET session_replication_role = origin`);
  const { findings = [] } = await constraintsForeignKeys.run(proofContext({ session }));
  expect(findings.map(({ object, actual }) => `${object}: ${actual.split(":")[0]}`)).toEqual([
    "public.logins: 1 row without one",
    "public.more: 2 rows without one",
    "public.uses: 1 row without one",
  ]);
});

test("no key is lost where very many refer to the same, nor taken for one that refers to another column", async () => {
  await using database = await testDatabase();
  const { session } = database;
  const columns = Array.from({ length: 90 }, (_, place) => `c${place} int REFERENCES public.p`);
  await session.query(`CREATE TABLE public.p (id int PRIMARY KEY, code int UNIQUE); INSERT INTO public.p VALUES (100, 200), (101, 0);
    CREATE TABLE public.wide (by_code int REFERENCES public.p (code), ${columns.join(", ")});
    ${replica} INSERT INTO public.wide SELECT 200, ${columns.map((_, place) => place).join(", ")};
    SET session_replication_role = origin; SET search_path = ''`);
  const { findings = [] } = await constraintsForeignKeys.run(proofContext({ session }));
  expect(findings.map(({ actual }) => Number(actual.split(": ")[1])).sort((a, b) => a - b)).toEqual(
    columns.map((_, place) => place),
  );
});

test("keys that refer to the same are asked together, and each is answered for itself", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await using role = await testRole(database, "");
  await session.query(`
    CREATE TABLE public.p (id int PRIMARY KEY, code int UNIQUE); INSERT INTO public.p SELECT n, 100 + n FROM generate_series(1, 10) n;
    CREATE DOMAIN public.place AS int;
    CREATE TABLE public.few (a public.place CONSTRAINT few_a REFERENCES public.p, b int CONSTRAINT few_b REFERENCES public.p);
    CREATE TABLE public.coded (c int CONSTRAINT coded_c REFERENCES public.p (code)); INSERT INTO public.coded VALUES (101);
    CREATE TABLE public.many (a int CONSTRAINT many_a REFERENCES public.p, b bigint CONSTRAINT many_b REFERENCES public.p);
    CREATE TABLE public.hidden (a int CONSTRAINT hidden_a REFERENCES public.p);
    ${replica}
    INSERT INTO public.few VALUES (11, 1), (11, 2), (12, NULL);
    INSERT INTO public.many SELECT n, 21 FROM generate_series(1, 20) n;
    INSERT INTO public.hidden VALUES (13); INSERT INTO public.coded VALUES (1);
    SET session_replication_role = origin; SET search_path = '';
    GRANT SELECT ON public.p, public.few, public.many, public.coded TO ${role.name}; SET ROLE ${role.name};
  `);
  const { findings = [], unproven } = await constraintsForeignKeys.run(proofContext({ session }));
  await session.query("RESET ROLE");
  expect(findings.map(({ attribute, actual }) => `${attribute}: ${actual}`)).toEqual([
    "coded_c: 1 row without one: 1",
    "few_a: 3 rows without one: 11; 12",
    "many_a: 10 rows without one: 11; 12; 13; 14; 15; ...",
    "many_b: 20 rows without one: 21",
  ]);
  expect(unproven).toMatch(/^hidden_a on public\.hidden could not be looked at: [^;]+ 42501 insufficient_privilege$/);
});

test("a NOT VALID key promises nothing, and rows that the plan leaves out cannot be pointed to", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.p (id int PRIMARY KEY);
    CREATE TABLE public.c (id int, p int);
    INSERT INTO public.c VALUES (1, 1);
    ALTER TABLE public.c ADD CONSTRAINT later FOREIGN KEY (p) REFERENCES public.p NOT VALID;
    SET search_path = '';
  `);
  const context = proofContext({ session });
  const notValid = await constraintsForeignKeys.run(context);
  expect(notValid).toMatchObject({
    status: "passed",
    notCovered: [{ what: expect.stringContaining("later on public.c") }],
  });
  const scope = { ...context.manifest.scope, excludedRows: ["public.p"] };
  const excluded = proofContext({ session, manifest: { ...context.manifest, scope } });
  await session.query("UPDATE pg_constraint SET convalidated = true WHERE conname = 'later'");
  expect((await constraintsForeignKeys.run(context)).status).toBe("failed");
  expect((await constraintsForeignKeys.run(excluded)).status).toBe("passed");
});

test("a key that cannot be read leaves the check unproved; a database without any has nothing to look at", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("SET search_path = ''");
  expect((await constraintsForeignKeys.run(proofContext({ session }))).status).toBe("not_applicable");
  await session.query(`
    CREATE TABLE public.p (id int PRIMARY KEY); CREATE TABLE public.c (p int REFERENCES public.p);
    CREATE ROLE reader_of_nothing; SET ROLE reader_of_nothing;
  `);
  const outcome = await constraintsForeignKeys.run(proofContext({ session }));
  await session.query("RESET ROLE; DROP ROLE reader_of_nothing");
  expect(outcome).toMatchObject({
    status: "not_run",
    reason: expect.stringContaining("42501 insufficient_privilege"),
  });
});
