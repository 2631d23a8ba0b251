import { expect, test } from "vitest";
import { testDatabase } from "../../test/support/database.ts";
import { readCatalogMark } from "./catalog-mark.ts";

test("the mark stays while rows are written, and changes with every kind of definition", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("CREATE TABLE public.t (a int); CREATE SCHEMA more; CREATE SEQUENCE public.s");
  let before = await readCatalogMark(session);
  await session.query("INSERT INTO public.t SELECT g FROM generate_series(1, 1000) g; SELECT nextval('public.s')");
  await session.query("ANALYZE public.t");
  expect(await readCatalogMark(session)).toBe(before);
  for (const change of [
    "ALTER TABLE public.t ALTER a SET DEFAULT 1",
    "COMMENT ON TABLE public.t IS 'x'",
    "GRANT SELECT ON public.t TO PUBLIC",
    "ALTER TABLE public.t ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY p ON public.t USING (true)",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "ALTER SEQUENCE public.s INCREMENT 2",
    "ALTER TABLE public.t SET SCHEMA more",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA more GRANT SELECT ON TABLES TO PUBLIC",
    `ALTER DATABASE "${database.target.database}" SET work_mem = '8MB'`,
    "DROP TABLE more.t",
  ]) {
    await session.query(change);
    const after = await readCatalogMark(session);
    expect(after, change).not.toBe(before);
    before = after;
  }
});

test("the mark stays whatever becomes of other databases", async () => {
  await using database = await testDatabase();
  const before = await readCatalogMark(database.session);
  await using other = await testDatabase();
  await other.session.query(
    `ALTER DATABASE "${other.target.database}" SET work_mem = '8MB'; CREATE TABLE public.t (a int)`,
  );
  expect(await readCatalogMark(database.session)).toBe(before);
});

test("a role that may not read all of the catalog gets no mark", async () => {
  await using database = await testDatabase();
  const { session } = database;
  await session.query("BEGIN; CREATE ROLE ithaca_plain_reader; SET ROLE ithaca_plain_reader");
  expect(await readCatalogMark(session)).toBeNull();
  await session.query("RESET ROLE; GRANT pg_read_all_data TO ithaca_plain_reader; SET ROLE ithaca_plain_reader");
  expect(await readCatalogMark(session)).toMatch(/^\d+:-?\d+$/);
  await session.query("ROLLBACK");
});
