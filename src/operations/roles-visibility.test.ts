import { beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { databasePlan, proofContext } from "../../test/support/proof.ts";
import { copyCensus, seenOnCopy, sourceCensus, told } from "../../test/support/role-views.ts";
import type { Census, Perspective } from "../census/types.ts";
import { rolesVisibility } from "../proof/checks/roles-visibility.ts";
import { fixtureParent, fixtureStaff, loadInnerOdyssey } from "./load-fixture.ts";

const families = 15;
// Few enough for everybody to be drawn.
const plan = databasePlan({
  platform: "supabase",
  role_views: {
    users: { per_role: 20 },
    app_roles: { table: "public.user_roles" },
    exclude: [
      { object: "storage.buckets", reason: "to see that it is left out", owner: "tests", expires: "2999-01-01" },
    ],
  },
});

let source: TestDatabase;
let expected: Census;
let copy: TestDatabase;
/** The same, seen by less people: the roles, an admin, and the parents of the first and the last child. */
let few: Census;

beforeAll(async () => {
  source = await testDatabase();
  // Of the present, because policies ask for the time.
  await loadInnerOdyssey(source.target, { families, now: new Date() });
  // A database can only be copied while nobody is connected to it.
  await source.session[Symbol.asyncDispose]();
  expected = await sourceCensus(source.target, plan);
  copy = await testDatabase(source.target.database);
  few = await withoutTheCrowd();
  return async () => {
    await copy[Symbol.asyncDispose]();
    await source[Symbol.asyncDispose]();
  };
});

function perspective(role: string, appRole?: string): Perspective {
  const found = expected.role_views?.perspectives.find(
    (one) => one.role === role && (appRole === undefined ? one.user === null : one.app_roles.includes(appRole)),
  );
  if (found === undefined) throw new Error(`nobody has the role ${role} ${appRole}`);
  return found;
}

const ends = "(SELECT min(id::text) FROM public.children UNION SELECT max(id::text) FROM public.children)";

async function withoutTheCrowd(): Promise<Census> {
  const { role_views: views } = expected;
  if (views === undefined) throw new Error("nobody was asked");
  const parents = await copy.session.query<{ id: string }>(
    `SELECT parent_id AS id FROM public.children WHERE id::text IN ${ends}`,
  );
  const stay = new Set([null, fixtureStaff("admin").id, ...parents.map(({ id }) => id)]);
  return {
    ...expected,
    role_views: { ...views, perspectives: views.perspectives.filter(({ user }) => stay.has(user)) },
  };
}

/** What becomes of the check when the copy is changed; the change is taken back. */
async function damagedBy(sql: string) {
  const { session } = copy;
  await session.query(`BEGIN; ${sql}`);
  try {
    return await seenOnCopy(session, plan, few);
  } finally {
    await session.query("ROLLBACK");
  }
}

describe("the source", () => {
  const count = (from: Perspective, object: string) => {
    const sight = from.sights[object];
    return sight?.kind === "rows" ? sight.rows : sight?.kind === "refused" ? sight.code : sight?.kind;
  };

  test("anon, a parent, an admin and the service see what the facts say", () => {
    const anon = perspective("anon");
    expect(count(anon, "public.profiles")).toBe(0);
    expect(count(anon, "public.lessons")).toBe(0);
    // May not ask for children, and so not for what is decided by them.
    expect(count(anon, "public.children")).toBeUndefined();
    expect(count(anon, "public.user_progress")).toBe("42501");
    const generated = count(anon, "public.child_generated_lessons");
    expect(generated).toBeGreaterThan(0);
    expect(count(anon, "public.public_lesson_library")).toBe(generated);

    const parents = expected.role_views?.perspectives.filter(({ app_roles }) => app_roles.join() === "parent") ?? [];
    expect(parents.length).toBe(families);
    for (const parent of parents) {
      expect(count(parent, "public.profiles")).toBe(0);
      expect(count(parent, "public.emotion_logs")).toBe(0);
      expect(count(parent, "public.user_roles")).toBe(1);
      expect(count(parent, "public.lessons")).toBe(319);
      expect(Number(count(parent, "public.children_safe"))).toBeLessThanOrEqual(
        Number(count(parent, "public.children")),
      );
    }
    expect(new Set(parents.map((parent) => count(parent, "public.children"))).size).toBeGreaterThan(1);

    const admin = perspective("authenticated", "admin");
    expect(admin.user).toBe(fixtureStaff("admin").id);
    expect(count(admin, "public.children")).toBe(0);
    expect(count(admin, "public.user_roles")).toBe(families + 6);

    const service = expected.role_views?.roles.find(({ role }) => role === "service_role");
    for (const all of ["public.profiles", "public.lessons", "public.emotion_logs"]) {
      expect(service?.unfiltered).toContain(all);
    }
    expect(count(perspective("service_role"), "public.children_safe")).toBeGreaterThan(0);
  });

  test("rights are told down to columns", () => {
    const signedIn = expected.role_views?.roles.find(({ role }) => role === "authenticated");
    expect(signedIn?.rights["public.profiles"]).toBe(
      "select, insert, update (avatar_url, full_name, onboarding_completed, onboarding_step), delete, truncate",
    );
    expect(signedIn?.rights["public.encryption_keys"]).toBeUndefined();
  });

  test("emotions are read by the clock, and what is left out stands in the report", () => {
    expect(perspective("authenticated").sights["public.emotion_logs"]).toMatchObject({ kind: "rows", at: /\+00$/ });
    expect(expected.not_covered).toContainEqual({
      what: "what each role sees of storage.buckets",
      why: "the plan leaves it out until 2999-01-01 (tests): to see that it is left out",
    });
    expect(expected.not_covered).toHaveLength(2);
  });
});

describe("the copy", () => {
  test("a faithful one passes", async () => {
    const outcome = await rolesVisibility.run(
      proofContext({ database: plan, expected, copy: await copyCensus(copy.target, plan, expected) }),
    );
    expect(told(outcome)).toEqual([]);
    expect(outcome).toMatchObject({ status: "passed" });
    expect(outcome.notCovered).toHaveLength(1);
  });

  const someone = "authenticated user [0-9a-f-]{36}, app role";
  test.each([
    [
      "a policy weakened",
      `ALTER POLICY "Parents can view own children" ON public.children USING (true)`,
      `^public\\.children seen by ${someone} parent: \\d rows -> \\d\\d rows$`,
    ],
    [
      "one parent sees another's children, as many as their own",
      `UPDATE public.children SET parent_id = CASE id::text
         WHEN (SELECT min(id::text) FROM public.children) THEN (SELECT parent_id FROM public.children ORDER BY id::text DESC LIMIT 1)
         ELSE (SELECT parent_id FROM public.children ORDER BY id::text LIMIT 1) END
       WHERE id::text IN ${ends}`,
      `^public\\.children seen by ${someone} parent: (\\d) rows, content [0-9a-f]{8} -> \\1 rows, content`,
    ],
    [
      "row level security off",
      "ALTER TABLE public.profiles DISABLE ROW LEVEL SECURITY",
      "^public\\.profiles seen by anon: 0 rows -> every row \\(18\\)$",
    ],
    [
      "the service kept out",
      "REVOKE ALL ON public.children FROM service_role",
      "^public\\.children rights of service_role: select, insert, update, delete, truncate -> none$",
    ],
    [
      "a policy for another role",
      "CREATE POLICY surplus ON public.user_roles FOR SELECT TO anon USING (true)",
      "^public\\.user_roles seen by anon: 0 rows -> 21 rows$",
    ],
    [
      "a grant removed",
      "REVOKE SELECT ON public.lessons FROM authenticated",
      "^public\\.lessons rights of authenticated: select, insert, .* -> insert, ",
    ],
    [
      "a grant added, by the column",
      "GRANT UPDATE (birth_year) ON public.profiles TO authenticated",
      "^public\\.profiles rights of authenticated: .*update \\(avatar_url, full_name.* -> .*\\(avatar_url, birth_year,",
    ],
    [
      "a schema closed",
      "REVOKE USAGE ON SCHEMA storage FROM anon",
      "^storage\\.objects rights of anon: select, .* -> none$",
    ],
    [
      "a view that asks as its owner",
      "ALTER VIEW public.children_safe RESET (security_invoker)",
      `^public\\.children_safe seen by ${someone} parent: \\d rows -> \\d\\d rows$`,
    ],
    [
      "a policy's helper that says yes to all",
      `CREATE OR REPLACE FUNCTION public.has_role(_user_id uuid, _role public.app_role) RETURNS boolean
       LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS 'SELECT true'`,
      `^public\\.user_roles seen by ${someone} parent: 1 rows -> 21 rows$`,
    ],
    [
      "a helper that fails",
      `CREATE OR REPLACE FUNCTION public.is_parent_of(_child_id uuid) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''canary''; END'`,
      `^public\\.child_badges seen by ${someone} parent: \\d+ rows -> .*SQLSTATE P0001`,
    ],
    [
      "a function of the platform that knows nobody",
      `CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid'`,
      `^public\\.children seen by ${someone} parent: [12345] rows -> 0 rows$`,
    ],
    [
      "a policy by the clock, weakened",
      `ALTER POLICY "Emotions of own children of the last 30 days" ON public.emotion_logs USING (created_at > now() - interval '30 days')`,
      `^public\\.emotion_logs seen by ${someone}s admin and parent: 0 rows -> \\d+ rows$`,
    ],
  ])("%s is found", async (_title, sql, finding) => {
    const outcome = await damagedBy(sql);
    expect(outcome.status).toBe("failed");
    expect(told(outcome)).toContainEqual(expect.stringMatching(new RegExp(finding)));
    expect(JSON.stringify(outcome)).not.toContain("canary");
    expect(JSON.stringify(outcome)).not.toContain(fixtureParent(1).email);
  });

  test("an object that is missing is left to the definitions", async () => {
    await copy.session.query("BEGIN; DROP VIEW public.unread_messages");
    const inventory = expected.inventory.filter(({ name }) => name !== "public.unread_messages");
    const outcome = await seenOnCopy(copy.session, plan, few, { inventory });
    await copy.session.query("ROLLBACK");
    expect(told(outcome)).toEqual([]);
  });
});
