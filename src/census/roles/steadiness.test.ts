import { expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { listRelations } from "../relations.ts";
import { listObjects, listTexts } from "./objects.ts";
import { type Steadiness, steadinessOf } from "./steadiness.ts";

/** What is said of each object of a database, by name. */
async function judged(sql: string, heldBut: readonly string[] = []): Promise<Record<string, Steadiness>> {
  await using database = await testDatabase();
  const { session } = database;
  await session.query(`SET search_path = public; ${sql}`);
  await session.query("SET search_path = ''");
  const held = ({ qualified }: { qualified: string }) => !heldBut.includes(qualified);
  const steadiness = steadinessOf({ texts: await listTexts(session), relations: await listRelations(session), held });
  return Object.fromEntries((await listObjects(session)).map(({ oid, qualified }) => [qualified, steadiness(oid)]));
}

const secured = (table: string, using: string) => `CREATE TABLE ${table} (id int PRIMARY KEY, at timestamptz, day date);
  ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON ${table} FOR SELECT USING (${using});`;

test("what depends on rows alone is steady, whatever the claims are", async () => {
  const all = await judged(`
    CREATE FUNCTION me() RETURNS int LANGUAGE sql STABLE AS $$ SELECT current_setting('app.me', true)::int $$;
    CREATE TABLE roles (id int, role text);
    CREATE FUNCTION has_role(text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN EXISTS (SELECT FROM roles WHERE id = me()); END $$;
    ${secured("a", "id = me() OR has_role('admin')")}
    CREATE VIEW v WITH (security_invoker = on) AS SELECT * FROM a;
    CREATE POLICY writes ON a FOR INSERT WITH CHECK (at < now());`);
  expect(new Set(Object.values(all).map(({ kind }) => kind))).toEqual(new Set(["steady"]));
});

test("policies that ask for the time are read by the clock, and what reads such tables too", async () => {
  const all = await judged(`
    ${secured("recent", "at > now() - '30 days'::interval AND day <= current_date")}
    ${secured("child", "EXISTS (SELECT FROM recent r WHERE r.id = child.id)")}
    CREATE VIEW v WITH (security_invoker = on) AS SELECT * FROM child;
    ${secured("other", "true")}`);
  expect(all).toMatchObject({
    "public.recent": { kind: "by-the-clock" },
    "public.child": { kind: "by-the-clock" },
    "public.v": { kind: "by-the-clock" },
    "public.other": { kind: "steady" },
  });
});

test("time inside functions and views, chance and the catalog are not compared, but asked about", async () => {
  const all = await judged(`
    CREATE FUNCTION fresh(timestamptz) RETURNS bool LANGUAGE sql STABLE AS $$ SELECT $1 > now() - interval '1 day' $$;
    CREATE FUNCTION through(timestamptz) RETURNS bool LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN public.fresh($1); END $$;
    ${secured("a", "through(at)")}
    ${secured("b", "random() < 0.5")}
    ${secured("c", "at > clock_timestamp()")}
    CREATE VIEW today AS SELECT current_date AS day;
    CREATE VIEW names AS SELECT relname FROM pg_class;
    CREATE TABLE plain (id int); CREATE MATERIALIZED VIEW m AS SELECT * FROM plain; CREATE VIEW on_m AS SELECT * FROM m;`);
  for (const name of ["a", "b", "c", "today", "names", "on_m"]) {
    expect(all[`public.${name}`], name).toMatchObject({ kind: "unsteady", ask: true });
  }
  expect(all["public.plain"]).toEqual({ kind: "steady" });
});

test("rows that the backup leaves out are not missed on the copy, and foreign tables are never asked", async () => {
  const all = await judged(
    `${secured("logs", "true")}
     ${secured("seen", "id IN (SELECT id FROM logs)")}
     CREATE FUNCTION known(int) RETURNS bool LANGUAGE sql AS $$ SELECT EXISTS (SELECT FROM public.logs WHERE id = $1) $$;
     ${secured("asked", "known(id)")}
     CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;
     CREATE FOREIGN TABLE far (id int) SERVER s; CREATE VIEW near AS SELECT f.id, now() FROM far f;`,
    ["public.logs"],
  );
  for (const name of ["logs", "seen", "asked"]) {
    const why = "it reads public.logs, whose rows are not all in the backup";
    expect(all[`public.${name}`]).toEqual({ kind: "unsteady", why, ask: true });
  }
  expect(all["public.near"]).toEqual({ kind: "unsteady", why: "it reads public.far, on another server", ask: false });
});
