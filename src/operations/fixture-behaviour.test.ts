import { beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import type { Session } from "../postgres/types.ts";
import { fixtureChildId, fixtureParent, fixtureStaff, loadInnerOdyssey } from "./load-fixture.ts";

const families = 30;

let loaded: TestDatabase;

beforeAll(async () => {
  loaded = await testDatabase();
  await loadInnerOdyssey(loaded.target, { families, now: new Date("2026-11-22T02:00:00Z") });
  return () => loaded[Symbol.asyncDispose]();
});

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
