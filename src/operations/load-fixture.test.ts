import { beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { connect } from "../postgres/connect.ts";
import type { Session } from "../postgres/types.ts";
import { fixtureParent, fixtureStaff, loadInnerOdyssey } from "./load-fixture.ts";

const families = 30;
const now = new Date("2026-11-22T02:00:00Z");

let loaded: TestDatabase;

beforeAll(async () => {
  loaded = await testDatabase();
  await loadInnerOdyssey(loaded.target, { families, now });
  return () => loaded[Symbol.asyncDispose]();
});

async function tablesOf(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_catalog.pg_class
     WHERE relkind IN ('r', 'm') AND relnamespace::regnamespace::text IN ('auth', 'storage', 'cron', 'public') ORDER BY 1`,
  );
  return rows.map((row) => row.name);
}

async function hashes(session: Session): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const table of await tablesOf(session)) {
    const [row] = await session.query<{ hash: string }>(
      `SELECT count(*) || ':' || coalesce(sum(hashtextextended(the_row::text, 0)), 0) AS hash FROM ${table} AS the_row`,
    );
    all[table] = row?.hash ?? "";
  }
  return all;
}

async function count(session: Session, from: string): Promise<number> {
  const [row] = await session.query<{ n: string }>(`SELECT count(*) AS n FROM ${from}`);
  return Number(row?.n);
}

describe("the generator", () => {
  test("gives the same rows for the same settings, and others for another seed", async () => {
    await using twin = await testDatabase();
    await loadInnerOdyssey(twin.target, { families, now });
    await using other = await testDatabase();
    await loadInnerOdyssey(other.target, { families, now, seed: 2 });
    const [first, second, third] = [
      await hashes(loaded.session),
      await hashes(twin.session),
      await hashes(other.session),
    ];
    expect(second).toEqual(first);
    expect(third["public.children"]).not.toBe(first["public.children"]);
  });

  test("makes as many families as it is told, and leaves no table but the unused ones empty", async () => {
    expect(await count(loaded.session, "auth.users")).toBe(families + 3);
    expect(await count(loaded.session, "public.profiles")).toBe(families + 3);
    expect(await count(loaded.session, "public.lessons")).toBe(327);
    expect(await count(loaded.session, "public.lesson_reviews")).toBe(327);
    const empty: string[] = [];
    for (const table of await tablesOf(loaded.session)) {
      if ((await count(loaded.session, table)) === 0) empty.push(table);
    }
    expect(empty).toEqual(["auth.instances", "auth.saml_relay_states", "public.collaborative_activities"]);
  });

  test("leaves nothing of its machinery behind", async () => {
    expect(await count(loaded.session, "pg_catalog.pg_namespace WHERE nspname = 'generator'")).toBe(0);
  });

  test("has a weekly report that is a few hours old, and nothing from the future", async () => {
    const [row] = await loaded.session.query<{ age: number }>(
      `SELECT extract(epoch FROM $1::timestamptz - max(created_at))::float AS age FROM public.parent_weekly_reports`,
      [now.toISOString()],
    );
    expect(row?.age).toBeGreaterThanOrEqual(3 * 3600);
    expect(row?.age).toBeLessThan(4 * 3600);
    for (const table of ["user_progress", "children", "emotion_logs", "child_generated_lessons", "error_logs"]) {
      expect(await count(loaded.session, `public.${table} WHERE created_at > '${now.toISOString()}'`)).toBe(0);
    }
  });

  test("writes lessons of 1 to 8 kB", async () => {
    const [row] = await loaded.session.query<{ least: number; most: number }>(
      "SELECT min(octet_length(content_markdown)) AS least, max(octet_length(content_markdown)) AS most FROM public.lessons",
    );
    expect(row?.least).toBeGreaterThan(500);
    expect(row?.most).toBeGreaterThan(6000);
    expect(row?.most).toBeLessThan(16000);
  });

  test("lets people sign in with the passwords that it names", async () => {
    for (const account of [fixtureParent(1), fixtureParent(2), fixtureParent(23), fixtureStaff("teacher")]) {
      const [row] = await loaded.session.query(
        "SELECT encrypted_password = extensions.crypt($2, encrypted_password) AS ok, email FROM auth.users WHERE id = $1",
        [account.id, account.password],
      );
      expect(row).toEqual({ ok: true, email: account.email });
    }
  });

  test("keeps what its triggers promise", async () => {
    expect(await count(loaded.session, "public.emotion_logs WHERE emotion_type <> '[MASKED]' OR intensity <> 0")).toBe(
      0,
    );
    expect(
      await count(
        loaded.session,
        `public.children AS c WHERE NOT EXISTS (
           SELECT FROM public.security_access_log AS l WHERE l.accessed_record_id = c.id AND l.action = 'INSERT')`,
      ),
    ).toBe(0);
  });
});

describe("the loader", () => {
  test("refuses a database that holds anything", async () => {
    await expect(loadInnerOdyssey(loaded.target, { families, now })).rejects.toMatchObject({ id: "fixture.not_empty" });
    await using database = await testDatabase();
    await database.session.query("CREATE TABLE public.kept (a int)");
    await expect(loadInnerOdyssey(database.target, { families, now })).rejects.toThrow(/relation public\.kept/);
  });

  test("refuses a user who is no superuser", async () => {
    await using database = await testDatabase();
    await expect(
      loadInnerOdyssey({ ...database.target, user: "supabase_auth_admin" }, { families, now }),
    ).rejects.toMatchObject({ id: "fixture.not_superuser" });
  });

  test("leaves the database empty when it fails", async () => {
    await using database = await testDatabase();
    await expect(loadInnerOdyssey(database.target, { families: Number.NaN, now })).rejects.toMatchObject({
      id: "fixture.file_failed",
    });
    await loadInnerOdyssey(database.target, { families: 10, now });
    await using session = await connect(database.target, { readOnly: true });
    expect(await count(session, "auth.users")).toBe(13);
  });
});

describe("the schema", () => {
  test("has what a Supabase project has and what the facts name", async () => {
    const [shape] = await loaded.session.query(`SELECT
      (SELECT count(*)::int FROM pg_catalog.pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity) AS without_rls,
      (SELECT array_agg(relname::text ORDER BY relname) FROM pg_catalog.pg_class WHERE relforcerowsecurity) AS forced,
      (SELECT array_agg(relname::text ORDER BY relname) FROM pg_catalog.pg_class WHERE relreplident = 'f') AS full_identity,
      (SELECT count(*)::int FROM pg_catalog.pg_policies WHERE schemaname = 'storage' AND tablename = 'objects') AS storage_policies,
      (SELECT max(octet_length(policyname)) FROM pg_catalog.pg_policies) AS longest_policy,
      (SELECT count(*)::int FROM pg_catalog.pg_publication_tables WHERE pubname = 'supabase_realtime') AS published,
      (SELECT count(*)::int FROM pg_catalog.pg_class WHERE relkind = 'v' AND array_to_string(reloptions, ',') ~ 'security_invoker=(true|on)') AS invoker_views,
      (SELECT count(*)::int FROM pg_catalog.pg_indexes WHERE tablename = 'child_generated_lessons') AS indexes,
      (SELECT count(DISTINCT lomowner)::int FROM pg_catalog.pg_largeobject_metadata AS m JOIN pg_catalog.pg_roles AS r ON r.oid = m.lomowner WHERE NOT rolsuper) AS lo_owners`);
    expect(shape).toEqual({
      without_rls: 0,
      forced: ["children", "profiles"],
      full_identity: ["parent_child_messages", "user_progress"],
      storage_policies: 7,
      longest_policy: 63,
      published: 8,
      invoker_views: 6,
      indexes: 8,
      lo_owners: 1,
    });
  });

  test("knows Supabase's roles with their attributes", async () => {
    const roles = await loaded.session.query<{ rolname: string }>(
      `SELECT rolname, rolcanlogin, rolinherit, rolbypassrls FROM pg_catalog.pg_roles
       WHERE rolname IN ('anon', 'authenticated', 'service_role', 'authenticator') ORDER BY 1`,
    );
    const plain = { rolcanlogin: false, rolinherit: true, rolbypassrls: false };
    expect(roles).toEqual([
      { rolname: "anon", ...plain },
      { rolname: "authenticated", ...plain },
      { rolname: "authenticator", rolcanlogin: true, rolinherit: false, rolbypassrls: false },
      { rolname: "service_role", ...plain, rolbypassrls: true },
    ]);
  });
});
