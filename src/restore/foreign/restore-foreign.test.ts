import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { databasePlan } from "../../../test/support/proof.ts";
import { fixedClock } from "../../base/clock.ts";
import { silentProgress } from "../../base/progress.ts";
import { type Scratch, scratchDirectory } from "../../base/scratch.ts";
import { connect } from "../../postgres/connect.ts";
import { dropLoader } from "./loader-role.ts";
import { openForeign } from "./open-foreign.ts";
import { restoreForeign } from "./restore-foreign.ts";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchDirectory("foreign-test");
});
afterAll(() => scratch[Symbol.asyncDispose]());

const signal = new AbortController().signal;

async function named(content: Record<string, string>): Promise<string[]> {
  const paths = Object.keys(content).map((name) => join(scratch.path, name));
  for (const [name, text] of Object.entries(content)) await writeFile(join(scratch.path, name), text);
  return paths;
}

/** Loads plain files into a database of the shared server, and lets the test look at what came of it. */
async function loading(content: Record<string, string>) {
  const database: TestDatabase = await testDatabase();
  const { parts } = await openForeign(await named(content), scratch.path, signal);
  try {
    const restored = await restoreForeign({
      parts,
      target: database.target,
      database: databasePlan(),
      progress: silentProgress,
      clock: fixedClock("2026-11-22T02:00:00Z"),
      signal,
    });
    return {
      ...restored,
      database,
      async [Symbol.asyncDispose]() {
        await dropLoader(database.session, restored.reader.user);
        await database[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

const table = "CREATE TABLE public.t (a int, b text);\n";

test("a statement that wants more than a database has is refused and told, and nothing comes of it", async () => {
  const mark = join(scratch.path, "touched");
  await using loaded = await loading({
    "a.sql": `${table}
COPY public.t TO PROGRAM 'touch ${mark}';
COPY public.t FROM PROGRAM 'touch ${mark}';
COPY public.t TO '${mark}';
SELECT pg_read_file('/etc/passwd');
CREATE FUNCTION public.f() RETURNS int LANGUAGE c AS '/lib/x86_64-linux-gnu/libc.so.6', 'getpid';
ALTER SYSTEM SET work_mem = '1GB';
ALTER ROLE postgres SUPERUSER;
CREATE EXTENSION plpython3u;
SELECT lo_export(1, '${mark}');
LOAD 'auto_explain';
`,
  });
  expect(existsSync(mark)).toBe(false);
  const errors = loaded.errors.map(({ object, message }) => `${object}: ${message}`);
  expect(errors).toEqual([
    expect.stringContaining("ALTER ROLE: a statement about roles that pg_dumpall does not write"),
    expect.stringMatching(/^COPY public\.t: .* COPY to or from an external program$/),
    expect.stringMatching(/^COPY public\.t: .* COPY to or from an external program$/),
    expect.stringMatching(/^COPY public\.t: .* COPY to a file$/),
    "SELECT pg_read_file: permission denied for function ***",
    "CREATE FUNCTION public.f(): permission denied for language c",
    "SELECT lo_export: permission denied for function ***",
    "LOAD '': access to library \"***\" is not allowed",
  ]);
  expect(loaded.errors.every(({ allowed_by }) => allowed_by === null)).toBe(true);
  expect(loaded.notCovered.map(({ what }) => what)).toEqual(
    expect.arrayContaining(["Extension plpython3u", "ALTER SYSTEM"]),
  );
});

test.each([
  ["\\! touch", "\\!"],
  ["\\connect postgres", "\\connect"],
  ["\\copy public.t FROM PROGRAM 'id'", "\\copy"],
  ["\\i /etc/passwd", "\\i"],
  ["\\restrict a; \\! id", "\\restrict"],
  ["SELECT 1 \\g | id", "\\g"],
])("psql's command %s ends the load by its line number", async (line, command) => {
  await expect(loading({ "a.sql": `${table}\n${line}\n` })).rejects.toThrow(
    `Line 3 of ${join(scratch.path, "a.sql")} holds the psql command ${command}, `,
  );
});

test("the lines with which pg_dump restricts psql are passed over", async () => {
  await using loaded = await loading({ "a.sql": `\\restrict abcDEF123\n${table}\\unrestrict abcDEF123\n` });
  expect(loaded.errors).toEqual([]);
});

test("nobody misses what pg_dump --clean takes away first, and anything else is missed", async () => {
  await using loaded = await loading({
    "a.sql": `DROP EVENT TRIGGER "watch; all";
ALTER TABLE ONLY public."a; b" DROP CONSTRAINT "c; d";
ALTER TABLE public."a; b" ALTER COLUMN c DROP DEFAULT;
ALTER DOMAIN public.d DROP CONSTRAINT c;
SELECT pg_catalog.lo_unlink('4711');
DROP TABLE public."a; b";
ALTER TABLE public.none ADD CONSTRAINT c CHECK (a <> 'DROP CONSTRAINT');
${table}`,
  });
  expect(loaded.errors.map(({ object }) => object)).toEqual(["ALTER TABLE public.none ADD CONSTRAINT c"]);
});

test("nothing of the archive gets an owner, or a member, that could reach beyond the database", async () => {
  await using loaded = await loading({
    "a.sql": `${table}
CREATE FUNCTION public.escalate() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT current_user::text $$;
ALTER FUNCTION public.escalate() OWNER TO postgres;
ALTER FUNCTION pg_catalog.lo_export(oid, text) OWNER TO ithaca_test_nobody;
GRANT EXECUTE ON FUNCTION pg_catalog.lo_export(oid, text) TO PUBLIC;
GRANT pg_execute_server_program TO ithaca_test_nobody;
GRANT postgres TO ithaca_test_nobody;
GRANT postgres TO pg_read_all_data;
SET search_path = public, pg_catalog;
CREATE FUNCTION public.lo_export(oid, text) RETURNS int LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION lo_export(oid, text) OWNER TO ithaca_test_nobody;
`,
  });
  const [row] = await loaded.database.session.query<{ escalate: string }>("SELECT public.escalate()");
  expect(row?.escalate).toBe(loaded.reader.user);
  const [system] = await loaded.database.session.query<{ open: boolean; owner: string }>(
    `SELECT has_function_privilege('ithaca_test_nobody', oid, 'EXECUTE') AS open, proowner::regrole::text AS owner
     FROM pg_proc WHERE proname = 'lo_export'`,
  );
  expect(system).toEqual({ open: false, owner: "postgres" });
  const notOwner = "must be owner of function lo_export";
  expect(loaded.errors.map(({ message }) => message)).toEqual([notOwner, notOwner]);
  expect(loaded.notCovered.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      "Rights of roles: membership of ithaca_test_nobody in pg_execute_server_program, membership of ithaca_test_nobody in postgres, membership of pg_read_all_data in postgres",
      "Owners of 1 objects",
      "1 statements about privileges",
    ]),
  );
  await using session = await connect(loaded.reader, { readOnly: true });
  const [loader] = await session.query<{ rolsuper: boolean; rolcreaterole: boolean }>(
    "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user",
  );
  expect(loader).toEqual({ rolsuper: false, rolcreaterole: false });
  await loaded.database.session.query("DROP ROLE IF EXISTS ithaca_test_nobody");
});

test("no code of the archive runs as a superuser, in whatever statement it hides", async () => {
  await using loaded = await loading({
    "a.sql": `CREATE TABLE public.ran (note text);
CREATE FUNCTION public.spy() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO public.ran SELECT 'as a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper; RETURN 1; END $$;
CREATE FUNCTION public.valid(text[], oid) RETURNS int LANGUAGE sql AS 'SELECT public.spy()';
CREATE TABLE public.p (a int PRIMARY KEY);
INSERT INTO public.p VALUES (1);
CREATE TABLE public.t (a int REFERENCES public.p);
INSERT INTO public.t VALUES (1);
ALTER TABLE public.t ALTER COLUMN a TYPE int USING public.spy(), OWNER TO ithaca_test_nobody;
ALTER TABLE public.t ALTER a TYPE int USING length($$'$$) * public.spy(), OWNER TO "ithaca_test'";
ALTER TABLE public.t/**/ADD/**/b/**/int/**/DEFAULT/**/public.spy(), DISABLE TRIGGER ALL;
CREATE FOREIGN DATA WRAPPER w VALIDATOR public.valid;
GRANT USAGE ON FOREIGN DATA WRAPPER w TO ithaca_test_nobody;
`,
  });
  expect(await loaded.database.session.query("SELECT note FROM public.ran")).toEqual([]);
  expect(loaded.errors.map(({ object }) => object)).toEqual([
    expect.stringMatching(/^ALTER TABLE public\.t ALTER COLUMN a /),
    expect.stringMatching(/^ALTER TABLE public\.t ALTER a /),
    expect.stringMatching(/^ALTER TABLE public\.t ADD b /),
  ]);
  expect(loaded.notCovered.map(({ what }) => what)).toContain("CREATE FOREIGN DATA WRAPPER w VALIDATOR public.valid");
  await loaded.database.session.query(`DROP ROLE ithaca_test_nobody, "ithaca_test'"`);
});

test("a transaction that the archive began and never ended holds nobody up", async () => {
  await using loaded = await loading({
    "a.sql": `${table}BEGIN;\nINSERT INTO public.t VALUES (1, 'x');\nALTER SCHEMA public OWNER TO ithaca_test_nobody;\n`,
  });
  expect(await loaded.database.session.query("SELECT FROM public.t")).toEqual([]);
  await loaded.database.session.query("ALTER SCHEMA public OWNER TO pg_database_owner; DROP ROLE ithaca_test_nobody");
});

test("an event trigger is made and left switched off, and a roles file makes no superuser", async () => {
  await using loaded = await loading({
    "a.sql": `${table}
CREATE FUNCTION public.log() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.t VALUES (1, 'x'); END $$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.log();
`,
    "roles.sql": `CREATE ROLE ithaca_test_boss;
ALTER ROLE ithaca_test_boss WITH SUPERUSER INHERIT CREATEROLE NOCREATEDB LOGIN NOREPLICATION BYPASSRLS;
`,
  });
  const [trigger] = await loaded.database.session.query("SELECT evtenabled FROM pg_event_trigger");
  expect(trigger).toEqual({ evtenabled: "D" });
  const [boss] = await loaded.database.session.query(
    "SELECT rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = 'ithaca_test_boss'",
  );
  expect(boss).toEqual({ rolsuper: false, rolcreaterole: false, rolbypassrls: true });
  expect(loaded.errors).toEqual([]);
  expect(loaded.notCovered.map(({ what }) => what)).toContain(
    "Rights of roles: CREATEROLE of ithaca_test_boss, SUPERUSER of ithaca_test_boss",
  );
  await loaded.database.session.query("DROP ROLE ithaca_test_boss");
});

test("what is said of foreign servers and tables is left out with them, and of no other table", async () => {
  await using loaded = await loading({
    "a.sql": `${table}
CREATE SERVER "Far ON" FOREIGN DATA WRAPPER postgres_fdw;
ALTER SERVER "Far ON" OWNER TO ithaca_test_nobody;
COMMENT ON SERVER "Far ON" IS 'x';
CREATE FOREIGN TABLE public.ft (a integer) SERVER "Far ON";
ALTER FOREIGN TABLE public.ft OWNER TO ithaca_test_nobody;
COMMENT ON FOREIGN TABLE public.ft IS 'x';
COMMENT ON COLUMN public.ft.a IS 'x';
CREATE TRIGGER tr BEFORE INSERT ON public.ft FOR EACH ROW EXECUTE FUNCTION public.f();
GRANT ALL ON FOREIGN SERVER "Far ON" TO ithaca_test_nobody;
GRANT SELECT(a) ON TABLE public.ft TO ithaca_test_nobody;
GRANT SELECT ON TABLE public.t TO ithaca_test_nobody;
GRANT SELECT ON TABLE public.ft_of_nobody TO ithaca_test_nobody;
`,
  });
  expect(loaded.errors.map(({ object }) => object)).toEqual(["GRANT SELECT ON TABLE public.ft_of_nobody"]);
  expect(loaded.notCovered.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^CREATE SERVER Far ON /),
    "CREATE FOREIGN TABLE public.ft",
    "CREATE TRIGGER tr",
    "Attributes and memberships of the role ithaca_test_nobody",
  ]);
  const [row] = await loaded.database.session.query<{ granted: boolean }>(
    "SELECT has_table_privilege('ithaca_test_nobody', 'public.t', 'SELECT') AS granted",
  );
  expect(row?.granted).toBe(true);
});

test("values never reach the ledger", async () => {
  await using loaded = await loading({
    "a.sql": `CREATE TABLE public.t (a int CHECK (a > 0));\nCOPY public.t (a) FROM stdin;\n1\ncanary-value\n\\.\nINSERT INTO public.t VALUES ('canary-insert');\n`,
  });
  expect(loaded.errors).toHaveLength(2);
  expect(JSON.stringify([loaded.errors, loaded.notCovered])).not.toContain("canary");
});

test.each([
  [
    "in the middle of rows",
    `${table}COPY public.t (a, b) FROM stdin;\n1\tx\n2`,
    "it ends in the middle of a table's rows",
  ],
  ["in the middle of a statement", `${table}INSERT INTO public.t VALUES (1, 'x`, "the statement on line 2 has no end"],
  [
    "before pg_dump's last line",
    `--\n-- PostgreSQL database dump\n--\n${table}`,
    "the line with which pg_dump ends is missing",
  ],
  [
    "before pg_dump's last line, after a byte order mark",
    `\ufeff--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n${table}`,
    "the line with which pg_dump ends is missing",
  ],
  [
    "before the last line of `supabase db dump`",
    'CREATE TABLE IF NOT EXISTS "public"."t" ("a" integer);\nGRANT ALL ON TABLE "public"."t" TO "anon";\n',
    "the RESET ALL with which `supabase db dump` ends is missing",
  ],
  [
    "in the middle of a statement, before a line that is passed over",
    `${table}INSERT INTO public.t VALUES (1,\n\\unrestrict abc\n`,
    "the statement on line 2 has no end",
  ],
])("a dump that was cut off %s is damaged", async (_, sql, why) => {
  await expect(loading({ "a.sql": sql })).rejects.toMatchObject({
    id: "archive.cut",
    kind: "failed",
    message: expect.stringContaining(why),
  });
});

test("a dump in an encoding whose rows cannot be compared is refused", async () => {
  await expect(loading({ "a.sql": `SET client_encoding = 'LATIN1';\n${table}` })).rejects.toMatchObject({
    id: "archive.encoding",
    kind: "input",
  });
});
