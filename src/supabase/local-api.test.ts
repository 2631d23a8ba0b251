import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runSqlFile, type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { type LocalApi, serveCopy } from "./local-api.ts";

/** As little of a Supabase project as the API needs, with every kind of refusal. */
const project = `
  CREATE SCHEMA auth;
  CREATE TABLE auth.refresh_tokens (id bigserial PRIMARY KEY, token text);
  INSERT INTO auth.refresh_tokens (token) VALUES ('one');
  CREATE TABLE public.islands (
    id int PRIMARY KEY, name text NOT NULL UNIQUE, area numeric CHECK (area > 0), flag bytea, notes jsonb,
    owner int REFERENCES public.islands
  );
  INSERT INTO public.islands VALUES (1, 'Ithaca', 117, '\\x00ff', '{"hills": 2}');
  CREATE TABLE public.secrets (body text);
  ALTER TABLE public.islands ENABLE ROW LEVEL SECURITY;
  CREATE POLICY everybody ON public.islands FOR SELECT TO anon USING (true);
  GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;
  GRANT SELECT, INSERT ON public.islands TO anon;
  GRANT ALL ON public.islands TO service_role;
  CREATE FUNCTION public.refuse() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'ask'; END $$;
  CREATE FUNCTION public.busy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '40001'; END $$;`;

let database: TestDatabase;
let api: LocalApi;
let grants: unknown;
const readGrants = () =>
  database.session.query("SELECT relname, relacl::text FROM pg_class WHERE relacl IS NOT NULL ORDER BY oid");
const client = (key = api.anonKey) => createClient(api.url, key, { auth: { persistSession: false } });
const service = () => client(api.serviceRoleKey);

beforeAll(async () => {
  database = await testDatabase();
  await runSqlFile(database.session, "sql/bootstrap/supabase-roles.sql");
  await database.session.query(project);
  grants = await readGrants();
  api = await serveCopy(database.target);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

describe("the API over a copy", () => {
  test("changes no grant of the copy, before and after requests", async () => {
    await client().from("islands").select("*");
    await service().from("islands").select("*");
    expect(await readGrants()).toEqual(grants);
  });

  test("shows what the policies and grants of the copy give", async () => {
    expect((await client().from("islands").select("id")).data).toEqual([{ id: 1 }]);
    expect((await client().from("secrets").select("*")).error?.code).toBe("42501");
    expect((await client().from("islands").insert({ id: 2, name: "Corfu" })).error?.code).toBe("42501");
  });

  test("answers values in the forms that PostgREST uses", async () => {
    const { data } = await client().from("islands").select("area,flag,notes");
    expect(data).toEqual([{ area: 117, flag: "\\x00ff", notes: { hills: 2 } }]);
  });

  test.each([
    ["an insert that breaks a CHECK", { id: 3, name: "Paxos", area: -1 }, "23514", 400],
    ["a missing value", { id: 3 }, "23502", 400],
    ["a duplicate", { id: 3, name: "Ithaca" }, "23505", 409],
    ["a reference to nothing", { id: 3, name: "Paxos", owner: 99 }, "23503", 409],
  ])("%s has PostgREST's code and status", async (_what, row, code, status) => {
    const { error, status: found } = await service().from("islands").insert(row);
    expect([error?.code, found]).toEqual([code, status]);
  });

  test("an exception that a function raises keeps its hint", async () => {
    const { error, status } = await service().rpc("refuse");
    expect([error?.code, error?.message, error?.hint, status]).toEqual(["P0001", "no", "ask", 400]);
    expect((await service().rpc("busy")).status).toBe(500);
  });

  test("lets nobody in without a key", async () => {
    expect((await fetch(`${api.url}/rest/v1/islands`)).status).toBe(401);
    const { error } = await client("sb_secret_guessed").from("islands").select("*");
    expect(error).not.toBeNull();
  });

  test("serves nothing but the API", async () => {
    for (const path of ["/", "/config", "/info", "/introspect", "/_studio", "/ping"]) {
      expect((await fetch(api.url + path)).status).toBe(404);
    }
  });

  test("adapted the refresh tokens, and lost none", async () => {
    const rows = await database.session.query("SELECT id, pg_typeof(id)::text AS type, token FROM auth.refresh_tokens");
    expect(rows).toEqual([{ id: "1", type: "text", token: "one" }]);
  });

  test("is gone when it is disposed", async () => {
    await using other = await testDatabase();
    await runSqlFile(other.session, "sql/bootstrap/supabase-roles.sql");
    const brief = await serveCopy(other.target);
    await brief[Symbol.asyncDispose]();
    await expect(fetch(brief.url)).rejects.toThrow();
  });

  test("a copy that cannot be reached is told", async () => {
    await expect(serveCopy({ ...database.target, database: "absent" })).rejects.toMatchObject({ kind: "surroundings" });
  });
});
