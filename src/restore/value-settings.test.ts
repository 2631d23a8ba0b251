import { expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { dumpedBackup, restoreDumped } from "../../test/support/dumped-backup.ts";
import { run } from "../base/child-process.ts";
import { findClient } from "../postgres/clients.ts";
import { libpqEnvironment } from "../postgres/libpq-environment.ts";
import { decidesValues } from "./value-settings.ts";

/** What psql prints, whose session pins nothing but what would stop it: it has the database's own settings. */
async function ask({ target }: TestDatabase, sql: string): Promise<string> {
  const { path } = await findClient("psql", 15);
  await using connection = await libpqEnvironment(target);
  const args = ["--no-psqlrc", "-qAt", "--set=ON_ERROR_STOP=1", `--command=${sql}`];
  const options = "-c statement_timeout=0 -c default_transaction_read_only=off -c array_nulls=on";
  const { exitCode, stdout, stderr } = await run(path, args, { env: { ...connection.env, PGOPTIONS: options } });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout;
}

const settings = {
  TimeZone: "'Asia/Kolkata'",
  DateStyle: "'SQL, DMY'",
  IntervalStyle: "sql_standard",
  bytea_output: "escape",
  default_text_search_config: "'public.plain'",
  "app.tenant": `'it''s \\ a "b" -c x=y'`,
  // These disturb a load, or have it read the rows otherwise.
  statement_timeout: "2000",
  default_transaction_read_only: "on",
  array_nulls: "off",
};

const filled = `
  CREATE FUNCTION public.local_day(timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT $1::date';
  CREATE FUNCTION public.read_day(text) RETURNS date LANGUAGE sql IMMUTABLE AS 'SELECT $1::date';
  CREATE FUNCTION public.shown(bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1::text; END';
  CREATE FUNCTION public.tenant() RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT current_setting('app.tenant')$$;
  CREATE TABLE public.visits (
    id int PRIMARY KEY, at timestamptz, day date GENERATED ALWAYS AS (public.local_day(at)) STORED,
    said text, read date GENERATED ALWAYS AS (public.read_day(said)) STORED,
    raw bytea, tenant text DEFAULT public.tenant(), lasts interval, marks int[] DEFAULT '{1,NULL}',
    CHECK (day = public.local_day(at)), CHECK (tenant = public.tenant())
  );
  INSERT INTO public.visits (id, at, said, raw, lasts)
    SELECT i, '2026-01-01 00:00+05:30'::timestamptz + i * interval '1 hour', '03/02/2026', '\\x00ff',
      CASE i % 3 WHEN 0 THEN '-1 days +02:00' WHEN 1 THEN '-1 years -2 mons +3 days' ELSE '-1 mons' END::interval
    FROM generate_series(1, 2000) AS i;
  CREATE INDEX visits_day ON public.visits (public.local_day(at));
  CREATE INDEX visits_shown ON public.visits (public.shown(raw), id);
  CREATE MATERIALIZED VIEW public.per_day AS
    SELECT at::date AS day, count(*), to_tsvector('The days') AS words, max(lasts)::text AS longest
    FROM public.visits GROUP BY 1`;

/** The rows, what the indexes find, what the heap holds, and the settings. */
const facts = `
  SELECT * FROM public.visits ORDER BY id;
  SELECT * FROM public.per_day ORDER BY day;
  SET enable_seqscan = off;
  SELECT count(*) FROM public.visits WHERE public.local_day(at) = '05/01/2026';
  SELECT count(*) FROM public.visits WHERE public.shown(raw) = '\\000\\377';
  SET enable_seqscan = on; SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
  SELECT count(*) FROM public.visits WHERE public.local_day(at) = '05/01/2026';
  SELECT count(*) FROM public.visits WHERE public.shown(raw) = '\\000\\377';
  SELECT c FROM pg_db_role_setting, unnest(setconfig) AS c
    WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1`;

test("what is computed from the rows comes out as under the database's own settings", async () => {
  await using source = await testDatabase();
  await source.session.query("CREATE TEXT SEARCH CONFIGURATION public.plain (COPY = pg_catalog.simple)");
  for (const [name, value] of Object.entries(settings)) {
    await source.session.query(`ALTER DATABASE ${source.target.database} SET "${name}" TO ${value}`);
  }
  await ask(source, filled);
  await using backup = await dumpedBackup(source.target);
  await using copy = await testDatabase();
  expect(await restoreDumped(backup, copy.target)).toMatchObject({ errors: [], skipped: [] });
  const expected = await ask(source, facts);
  expect(expected).toContain("|03/02/2026|");
  expect(await ask(copy, facts)).toBe(expected);
});

test.each([
  ["TimeZone", true],
  ["app.tenant", true],
  ["plpgsql.variable_conflict", true],
  ["statement_timeout", false],
  ["session_preload_libraries", false],
  ["row_security", false],
  ["role", false],
  ["gin_fuzzy_search_limit", false],
  ["auto_explain.log_analyze", false],
])("%s decides what is computed: %s", (setting, expected) => {
  const statement = { kind: "setting", database: "src", setting, values: ["x"] } as const;
  expect(decidesValues({ ...statement, role: null })).toBe(expected);
  expect(decidesValues({ ...statement, role: "r1" })).toBe(false);
});
