import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TemplateDatabase, testDatabase } from "../../test/support/database.ts";
import { innerOdysseyPlan } from "../../test/support/inner-odyssey-plan.ts";
import { census, databasePlan } from "../../test/support/proof.ts";
import { silentProgress } from "../base/progress.ts";
import type { Census } from "../census/types.ts";
import { loadPlan } from "../plan/parse.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import type { Session } from "../postgres/types.ts";
import { type RehearsalResult, rehearse } from "../rehearsal/rehearse.ts";
import { loadInnerOdyssey } from "./load-fixture.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

let template: TemplateDatabase;
let counts: Census["tables"];
let plan: DatabasePlan;

/** Exact rows of every table that the suite asks for. */
async function countRows(session: Session): Promise<Census["tables"]> {
  const tables = await session.query<{ name: string; sql: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, format('SELECT count(*)::int AS rows FROM %I.%I', n.nspname, c.relname) AS sql
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname IN ('public', 'storage')`,
  );
  const counted: Record<string, Census["tables"][string]> = {};
  for (const { name, sql } of tables) {
    const [row] = await session.query<{ rows: number }>(sql);
    counted[name] = { rows: row?.rows ?? 0, hash: null, kind: "table", seconds: 0 };
  }
  return counted;
}

beforeAll(async () => {
  const loaded = await testDatabase();
  await loadInnerOdyssey(loaded.target, { families: 20, now: new Date() });
  counts = await countRows(loaded.session);
  await loaded.session[Symbol.asyncDispose]();
  template = { name: loaded.target.database, [Symbol.asyncDispose]: () => loaded[Symbol.asyncDispose]() };
  const { plan: whole } = await loadPlan(innerOdysseyPlan);
  plan = whole.databases["inner-odyssey"] ?? databasePlan();
});
afterAll(() => template[Symbol.asyncDispose]());

/** Rehearses the app on a copy, after SQL has harmed it. */
async function rehearseAfter(harm: string, parts: Partial<DatabasePlan> = {}): Promise<RehearsalResult> {
  await using copy = await testDatabase(template.name);
  await copy.session.query(harm);
  return await rehearse({
    name: "inner-odyssey",
    database: { ...plan, ...parts },
    planDirectory: repository,
    census: census({ tables: counts }),
    target: copy.target,
    now: new Date(),
    progress: silentProgress,
    signal: new AbortController().signal,
  });
}

const notPassed = ({ rehearsal }: RehearsalResult) =>
  rehearsal.tests.filter(({ status }) => status !== "passed").map(({ name }) => name);

describe("the app on a copy", () => {
  test("works on a sound one, and calls nobody", async () => {
    const result = await rehearseAfter("SELECT 1");
    expect(notPassed(result)).toEqual([]);
    expect(result.rehearsal.passed).toBeGreaterThan(60);
    expect(result.checks).toMatchObject([{ id: "copy.silence", status: "passed" }]);
    expect(result.notCovered.map(({ what }) => what)).toContain("auth.refresh_tokens.id on the copy");
  });
});

describe("the app on a copy that lost and got what it should not have", () => {
  let result: RehearsalResult;
  let names: string[];
  beforeAll(async () => {
    const excuse = { reason: "sign-up is being rebuilt", owner: "Ops", expires: "2999-12-31" };
    const excused = [{ test: "Sign-up > the newcomer is a parent, and nothing more", ...excuse }];
    result = await rehearseAfter(
      `DROP TRIGGER on_auth_user_created ON auth.users;
       REVOKE UPDATE ON public.parent_child_messages FROM authenticated;
       GRANT UPDATE ON public.profiles TO authenticated;
       DELETE FROM public.emotion_logs WHERE ctid = '(0,1)';
       ALTER POLICY "Parents can view own children" ON public.children USING (true)`,
      { rehearsal: { directory: ".", results: "x", timeout: 60, suite: "e2e", excused } },
    );
    names = notPassed(result);
  });

  test("a lost trigger names the flow", () => {
    expect(names).toContain("Sign-up > the newcomer has a profile with their name");
  });

  test("a lost grant names the flow", () => {
    expect(names).toContain("Messages between parent and child > are marked as read");
  });

  test("a grant too many names the flow", () => {
    expect(names).toContain(
      "Family: a parent's own profile > takes a new name only in the columns that a browser may write",
    );
  });

  test("a policy that was opened names the flows that are broken", () => {
    expect(names).toContain("Family: a parent and their children > a parent sees nobody else's children");
    expect(names).toContain("Privacy: another family's children > is not read");
  });

  test("a lost row names the table", () => {
    expect(names).toContain("Back end: the service > finds all rows of public.emotion_logs that the backup counted");
  });

  test("an excused test does not count, and the report says who answers for it", () => {
    const excused = result.rehearsal.tests.filter(({ status }) => status === "excused");
    expect(excused.map(({ error }) => error)).toEqual([
      "failed; excused until 2999-12-31 by Ops: sign-up is being rebuilt",
    ]);
    expect(result.rehearsal.failed).toBe(names.length - 1);
  });

  test("nothing else is broken", () => {
    expect(names.toSorted()).toEqual([
      "Administration > an admin sees no children without having asked for it",
      "Back end: the service > finds all rows of public.emotion_logs that the backup counted",
      "Family: a parent and their children > a parent sees all of their children",
      "Family: a parent and their children > a parent sees nobody else's children",
      "Family: a parent's own profile > takes a new name only in the columns that a browser may write",
      "Messages between parent and child > are marked as read",
      "Messages between parent and child > are marked as read one by one, too",
      "Privacy: another family's children > is not read",
      "Sign-up > the newcomer begins with no children",
      "Sign-up > the newcomer has a profile with their name",
      "Sign-up > the newcomer is a parent, and nothing more",
    ]);
  });
});

describe("what the plan says of the rehearsal", () => {
  test("a suite that takes too long has failed", async () => {
    const rehearsal = { suite: "e2e", directory: ".", results: "x", timeout: 1, excused: [] };
    const result = await rehearseAfter("SELECT 1", { rehearsal });
    expect(result.rehearsal.tests.at(-1)).toMatchObject({ status: "failed", error: "timed out" });
  });

  test("a copy on which nobody can be chosen to sign in has failed", async () => {
    await expect(rehearseAfter("DROP TABLE public.user_roles CASCADE")).rejects.toMatchObject({
      id: "rehearsal.users_query",
      kind: "failed",
    });
  });

  test.each([
    [undefined, "rehearsal.not_planned"],
    [{ directory: ".", results: "x", timeout: 60, excused: [] }, "rehearsal.not_planned"],
    [{ suite: "docs", directory: ".", results: "x", timeout: 60, excused: [] }, "rehearsal.suite_missing"],
  ])("%j is wrong input", async (rehearsal, id) => {
    await expect(rehearseAfter("SELECT 1", { rehearsal })).rejects.toMatchObject({ id, kind: "input" });
  });
});
