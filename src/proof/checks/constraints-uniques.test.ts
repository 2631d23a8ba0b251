import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { proofContext } from "../../../test/support/proof.ts";
import type { Session } from "../../postgres/types.ts";
import { constraintsUniques } from "./constraints-uniques.ts";

/** Inserts behind an index' back: while the catalog says that it is not in use, it is neither asked nor told. */
async function smuggle(session: Session, index: string, sql: string): Promise<void> {
  const use = (on: boolean) =>
    `UPDATE pg_catalog.pg_index SET indisready = ${on} WHERE indexrelid = '${index}'::regclass`;
  await session.query(use(false));
  await session.query(sql);
  await session.query(use(true));
}

const told = (findings: readonly { object: string; attribute: string; actual: string }[] = []) =>
  findings.map(({ object, attribute, actual }) => `${object} ${attribute} ${actual}`);

test("what was smuggled past a unique index of any shape is found in the table itself", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE SCHEMA "Odd s";
    CREATE TABLE "Odd s"."t,able" (id int, mail text, off boolean, CONSTRAINT "p k" PRIMARY KEY (id) INCLUDE (mail));
    CREATE UNIQUE INDEX active ON "Odd s"."t,able" (lower(mail), id) WHERE NOT off;
    CREATE TABLE public.late (id uuid UNIQUE DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE public.once (n int, UNIQUE NULLS NOT DISTINCT (n));
    CREATE TABLE public.many (n int, m int, UNIQUE (n, m));
    CREATE TABLE public.parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE public.part PARTITION OF public.parts FOR VALUES FROM (0) TO (100);
    INSERT INTO "Odd s"."t,able" VALUES (1, 'canary', false), (2, 'canary', true), (3, 'canary', true);
    INSERT INTO public.once VALUES (1), (NULL);
    INSERT INTO public.many VALUES (1, NULL), (1, NULL), (2, 2);
    INSERT INTO public.late VALUES ('00000000-0000-4000-8000-000000000001'), (NULL), (NULL);
    INSERT INTO public.parts VALUES (1);
    CREATE MATERIALIZED VIEW public.seen AS SELECT id FROM public.parts;
    CREATE UNIQUE INDEX seen_id ON public.seen (id);
    SET search_path = '';
  `);
  const context = proofContext({ session });
  expect(await constraintsUniques.run(context)).toMatchObject({
    status: "passed",
    actual: "7 unique keys: read again from the rows; none twice",
  });
  await smuggle(session, '"Odd s"."p k"', `INSERT INTO "Odd s"."t,able" VALUES (2, 'other', true), (2, 'third', true)`);
  await smuggle(
    session,
    '"Odd s".active',
    `ALTER TABLE "Odd s"."t,able" DROP CONSTRAINT "p k";
    INSERT INTO "Odd s"."t,able" VALUES (1, 'CANARY', false)`,
  );
  await smuggle(session, "public.once_n_key", "INSERT INTO public.once VALUES (NULL)");
  await smuggle(
    session,
    "public.late_id_key",
    "INSERT INTO public.late VALUES ('00000000-0000-4000-8000-000000000001')",
  );
  await smuggle(session, "public.part_pkey", "INSERT INTO public.parts VALUES (1)");
  const { status, findings } = await constraintsUniques.run(context);
  expect(status).toBe("failed");
  expect(told(findings)).toEqual([
    expect.stringMatching(/^"Odd s"\."t,able" active 1 row too many: hmac:[0-9a-f]{16},1$/),
    "public.late late_id_key 1 row too many: 00000000-0000-4000-8000-000000000001",
    "public.once once_n_key 1 row too many: null",
    "public.part part_pkey 1 row too many: 1",
  ]);
  expect(JSON.stringify(findings)).not.toContain("canary");
});

test("exclusion constraints and equalities that nobody groups by are asked pair by pair", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`
    CREATE TABLE public.rooms (room int, during int4range, EXCLUDE USING gist (during WITH &&) WHERE (room = 1));
    CREATE FUNCTION public.near(a int, b int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a / 10 = b / 10';
    CREATE FUNCTION public.cmp(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a / 10 - b / 10';
    CREATE OPERATOR public.=~ (LEFTARG = int, RIGHTARG = int, FUNCTION = public.near, COMMUTATOR = OPERATOR(public.=~));
    CREATE OPERATOR CLASS public.tens FOR TYPE int USING btree AS OPERATOR 3 public.=~, FUNCTION 1 public.cmp(int, int);
    CREATE TABLE public.tens (n int); CREATE UNIQUE INDEX ten ON public.tens (n public.tens);
    INSERT INTO public.rooms VALUES (1, '[1,3)'), (1, '[3,4)'), (2, '[1,9)');
    INSERT INTO public.tens VALUES (1), (11), (NULL), (NULL);
    SET search_path = '';
  `);
  const context = proofContext({ session });
  expect(await constraintsUniques.run(context)).toMatchObject({ status: "passed" });
  await smuggle(session, "public.rooms_during_excl", "INSERT INTO public.rooms VALUES (1, '[2,9)')");
  await smuggle(session, "public.ten", "INSERT INTO public.tens VALUES (12)");
  expect(told((await constraintsUniques.run(context)).findings)).toEqual([
    "public.rooms rooms_during_excl 3 rows in conflict",
    "public.tens ten 2 rows in conflict",
  ]);
});

test("of a large table the build of the index is believed, until a row is younger than the index", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(
    "CREATE TABLE public.large AS SELECT n, n AS m, repeat('x', 90) AS t FROM generate_series(1, 20000) n",
  );
  await session.query("CREATE UNIQUE INDEX n ON public.large (n)");
  await session.query(
    "ALTER TABLE public.large ADD EXCLUDE USING gist (int4range(m, m, '[]') WITH &&); SET search_path = ''",
  );
  const context = proofContext({ session });
  expect(await constraintsUniques.run(context)).toMatchObject({
    status: "passed",
    actual: "2 unique keys: 0 read again from the rows, 2 just built from rows that have not changed since; none twice",
  });
  await smuggle(session, "public.n", "INSERT INTO public.large VALUES (7, -1), (7, -2)");
  // Some rows of the catalog are younger than the smuggled one now, and must not make the index look so.
  await session.query("ALTER INDEX public.n RENAME TO other_name");
  expect(told((await constraintsUniques.run(context)).findings)).toEqual([
    "public.large other_name 2 rows too many: 7",
  ]);
  await session.query("DELETE FROM public.large WHERE m < 0; UPDATE public.large SET m = m WHERE n = 7");
  await session.query("SET search_path = ''");
  await smuggle(session, "public.large_int4range_excl", "INSERT INTO public.large VALUES (-1, 7)");
  const { findings } = await constraintsUniques.run(context);
  expect(told(findings)).toEqual(["public.large large_int4range_excl 1 row in conflict"]);
});

test("an invalid index promises nothing; a key that cannot be read leaves the check unproved", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("SET search_path = ''");
  expect((await constraintsUniques.run(proofContext({ session }))).status).toBe("not_applicable");
  await session.query(`CREATE TABLE public.t (n int); INSERT INTO public.t VALUES (1), (1)`);
  await expect(session.query("CREATE UNIQUE INDEX CONCURRENTLY n ON public.t (n)")).rejects.toThrow();
  expect(await constraintsUniques.run(proofContext({ session }))).toMatchObject({
    status: "passed",
    notCovered: [{ what: "n on public.t: 1 row too many: 1" }],
  });
  await session.query(`
    CREATE FUNCTION public.f(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN n; END $$;
    CREATE UNIQUE INDEX fails ON public.t (public.f(n)) WHERE n > 1;
    INSERT INTO public.t VALUES (2);
    CREATE OR REPLACE FUNCTION public.f(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE 'canary'; END $$;
  `);
  const outcome = await constraintsUniques.run(proofContext({ session }));
  expect(outcome).toMatchObject({
    status: "not_run",
    reason: "fails on public.t could not be looked at: PostgreSQL refused it with SQLSTATE P0001 raise_exception",
  });
  expect(JSON.stringify(outcome)).not.toContain("canary");
});
