import { beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { connect } from "../postgres/connect.ts";
import type { Session } from "../postgres/types.ts";
import { fixtureChildId, fixtureParent, fixtureStaff, loadInnerOdyssey } from "./load-fixture.ts";

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

/** A transaction that is taken back when it goes out of scope. */
async function rolledBack(session: Session): Promise<AsyncDisposable & { session: Session }> {
  await session.query("BEGIN");
  return {
    session,
    async [Symbol.asyncDispose]() {
      await session.query("ROLLBACK");
    },
  };
}

/** Does something in the place of a user of the API, and takes it back. */
async function as<T>(user: { role: string; id?: string }, work: (session: Session) => Promise<T>): Promise<T> {
  await using transaction = await rolledBack(loaded.session);
  const { session } = transaction;
  // Our sessions refuse to be filtered by RLS; here it is the point.
  await session.query("SET LOCAL row_security = on");
  await session.query(`SELECT set_config('request.jwt.claims', $1, true)`, [
    JSON.stringify({ sub: user.id, role: user.role }),
  ]);
  await session.query(`SET LOCAL ROLE ${user.role}`);
  return await work(session);
}

const parent = { role: "authenticated", id: fixtureParent(1).id };
const otherParent = { role: "authenticated", id: fixtureParent(2).id };
const admin = { role: "authenticated", id: fixtureStaff("admin").id };
const anon = { role: "anon" };
const service = { role: "service_role" };

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

describe("who sees what", () => {
  test.each([
    ["a parent sees no profile, not even their own", parent, "public.profiles", 0],
    ["a parent sees their own children", parent, "public.children", 2],
    ["another parent sees theirs", otherParent, "public.children", 1],
    ["a parent sees no emotion", parent, "public.emotion_logs", 0],
    ["an admin sees no emotion either", admin, "public.emotion_logs", 0],
    ["an admin sees no children until they ask", admin, "public.children", 0],
    ["a parent sees their own role", parent, "public.user_roles", 1],
    ["an admin sees every role", admin, "public.user_roles", families + 6],
    ["nobody signed in sees no lesson", anon, "public.lessons", 0],
    ["the service sees every lesson", service, "public.lessons", 327],
    ["the service sees every profile", service, "public.profiles", families + 3],
    ["a parent sees active lessons", parent, "public.lessons", 319],
    ["nobody signed in sees the public images", anon, "storage.objects", 13],
  ])("%s", async (_title, user, table, expected) => {
    expect(await as(user, (session) => count(session, table))).toBe(expected);
  });

  test("anon sees exactly the generated lessons that are public and active", async () => {
    const expected = await count(
      loaded.session,
      "public.child_generated_lessons WHERE share_status = 'public' AND is_active",
    );
    expect(expected).toBeGreaterThan(0);
    expect(await as(anon, (session) => count(session, "public.child_generated_lessons"))).toBe(expected);
    expect(await as(anon, (session) => count(session, "public.public_lesson_library"))).toBe(expected);
  });

  test("an admin who asks sees all children", async () => {
    const all = await count(loaded.session, "public.children");
    const seen = await as(admin, async (session) => {
      await session.query("SELECT public.set_admin_access(true)");
      return count(session, "public.children");
    });
    expect(seen).toBe(all);
    await expect(as(parent, (session) => session.query("SELECT public.set_admin_access(true)"))).rejects.toMatchObject({
      code: "42501",
    });
  });

  test.each([
    ["anon may not even ask for children", anon, "SELECT FROM public.children"],
    ["a parent may not read keys", parent, "SELECT FROM public.encryption_keys"],
    ["a parent may not read the auth schema", parent, "SELECT FROM auth.users"],
    ["a parent may not change a birth year", parent, "UPDATE public.profiles SET birth_year = 2000"],
    [
      "a parent may not make themselves admin",
      parent,
      `INSERT INTO public.user_roles (user_id, role) VALUES ('${parent.id}', 'admin')`,
    ],
    [
      "a parent may not add a child to another",
      parent,
      `INSERT INTO public.children (parent_id, name, grade_level) VALUES ('${otherParent.id}', 'x', 1)`,
    ],
  ])("%s", async (_title, user, sql) => {
    await expect(as(user, (session) => session.query(sql))).rejects.toMatchObject({ code: "42501" });
  });
});

describe("triggers and calls", () => {
  test("a sign-up makes a profile and a role", async () => {
    await using transaction = await rolledBack(loaded.session);
    const { session } = transaction;
    const id = "11111111-1111-4111-8111-111111111111";
    await session.query(
      `INSERT INTO auth.users (id, email, raw_user_meta_data) VALUES ($1, 'new@example.org', '{"full_name": "New"}')`,
      [id],
    );
    expect(await count(session, `public.profiles WHERE id = '${id}' AND full_name = 'New'`)).toBe(1);
    expect(await count(session, `public.user_roles WHERE user_id = '${id}' AND role = 'parent'`)).toBe(1);
  });

  test("a lesson makes its review, an emotion is masked, an approval earns points, a change is logged", async () => {
    await using transaction = await rolledBack(loaded.session);
    const { session } = transaction;
    const child = fixtureChildId(1, 0);
    await session.query(
      "INSERT INTO public.lessons (grade_level, subject, title, content_markdown) VALUES (1, 'math', 't', 'c')",
    );
    expect(await count(session, "public.lesson_reviews")).toBe(328);

    const [emotion] = await session.query(
      "INSERT INTO public.emotion_logs (child_id, emotion_type, intensity) VALUES ($1, 'sad', 4) RETURNING emotion_type, intensity, emotion_type_encrypted IS NOT NULL AS kept",
      [child],
    );
    expect(emotion).toEqual({ emotion_type: "[MASKED]", intensity: 0, kept: true });

    const points = "SELECT total_points FROM public.children WHERE id = $1";
    const [before] = await session.query<{ total_points: number }>(points, [child]);
    await session.query(
      "UPDATE public.child_generated_lessons SET share_status = 'public' WHERE creator_child_id = $1 AND share_status = 'private'",
      [child],
    );
    const [after] = await session.query<{ total_points: number }>(points, [child]);
    expect(after?.total_points).toBe((before?.total_points ?? 0) + 25);

    const logged = `public.security_access_log WHERE accessed_record_id = '${child}' AND action = 'SENSITIVE_UPDATE'`;
    await session.query("UPDATE public.children SET pin_hash = 'x' WHERE id = $1", [child]);
    expect(await count(session, logged)).toBe(1);
  });

  test("a parent completes a lesson for their own child only", async () => {
    const sql = "SELECT public.complete_lesson($1, (SELECT id FROM public.lessons LIMIT 1), 90) AS earned";
    const rows = await as(parent, (session) => session.query<{ earned: number }>(sql, [fixtureChildId(1, 0)]));
    expect(rows[0]?.earned).toBeGreaterThan(0);
    await expect(as(parent, (session) => session.query(sql, [fixtureChildId(2, 0)]))).rejects.toMatchObject({
      code: "42501",
    });
  });
});
