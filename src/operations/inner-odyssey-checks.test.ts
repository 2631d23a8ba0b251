import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { filesIn } from "./fixture-files.ts";
import { fixtureChildId, fixtureParent, loadInnerOdyssey } from "./load-fixture.ts";

let loaded: TestDatabase;

beforeAll(async () => {
  loaded = await testDatabase();
  await loadInnerOdyssey(loaded.target, { families: 30, now: new Date("2026-11-22T02:00:00Z") });
  return () => loaded[Symbol.asyncDispose]();
});

const parent = fixtureParent(1).id;
const other = fixtureParent(2).id;
const child = fixtureChildId(1, 0);

/** For each check one change that breaks its rule, and nothing else's business. */
const harms: Record<string, string> = {
  "account-without-profile": `DELETE FROM public.profiles WHERE id = '${parent}'`,
  "account-without-identity": `DELETE FROM auth.identities WHERE user_id = '${parent}'`,
  "account-with-null-tokens": `UPDATE auth.users SET recovery_token = NULL WHERE id = '${parent}'`,
  "profile-without-role": `DELETE FROM public.user_roles WHERE user_id = '${parent}'`,
  "no-admin": `DELETE FROM public.user_roles WHERE role = 'admin'`,
  "child-without-consent": `DELETE FROM public.parental_consent_log WHERE child_id = '${child}'`,
  "child-deletion-unscheduled": `UPDATE public.children SET deletion_scheduled_at = '2026-12-01' WHERE id = '${child}'`,
  "lesson-without-review": `DELETE FROM public.lesson_reviews WHERE id = (SELECT min(id::text)::uuid FROM public.lesson_reviews)`,
  "grade-without-lessons": `UPDATE public.lessons SET is_active = false WHERE grade_level = 7`,
  "quota-duplicates": `INSERT INTO public.daily_lesson_quota (child_id, quota_date) SELECT child_id, quota_date FROM public.daily_lesson_quota LIMIT 1`,
  "progress-out-of-range": `UPDATE public.user_progress SET completed_at = NULL WHERE child_id = '${child}' AND status = 'completed'`,
  "progress-completed-before-start": `UPDATE public.user_progress SET completed_at = created_at - interval '1 day' WHERE child_id = '${child}' AND status = 'completed'`,
  "generated-lesson-without-parent": `UPDATE public.child_generated_lessons SET parent_id = gen_random_uuid() WHERE child_id = '${child}'`,
  "generated-lesson-of-another-family": `UPDATE public.child_generated_lessons SET parent_id = '${other}' WHERE child_id = '${child}'`,
  "public-lesson-without-approval": `UPDATE public.child_generated_lessons SET parent_approved_by = NULL WHERE child_id = '${child}'`,
  "emotion-in-the-clear": `UPDATE public.emotion_logs SET emotion_type = 'sad' WHERE child_id = '${child}'`,
  "message-of-another-family": `UPDATE public.parent_child_messages SET parent_id = '${other}' WHERE child_id = '${child}'`,
  "report-of-another-family": `UPDATE public.parent_weekly_reports SET parent_id = '${other}' WHERE child_id = '${child}'`,
  "private-bucket-public": `UPDATE storage.buckets SET public = true`,
  "video-message-without-object": `DELETE FROM storage.objects WHERE bucket_id = 'video-messages'`,
  "session-without-user": `UPDATE auth.refresh_tokens SET user_id = gen_random_uuid()::text WHERE user_id = '${parent}'`,
};

const files = await filesIn("checks");

test("every check has a header and a harm of its own", async () => {
  const names: string[] = [];
  for (const file of files) {
    const text = await readFile(new URL(`../../sql/${file}`, import.meta.url), "utf8");
    const [, name] = /^-- name: (\S+)\n-- severity: (?:error|warning)\n-- reason: .{20,}\n/.exec(text) ?? [];
    expect(`checks/${name}.sql`).toBe(file);
    names.push(name ?? "");
  }
  expect(Object.keys(harms).sort()).toEqual(names.sort());
});

test.each(files)("%s passes on the fixture and fails when its rule is broken", async (file) => {
  const sql = await readFile(new URL(`../../sql/${file}`, import.meta.url), "utf8");
  const name = /-- name: (\S+)/.exec(sql)?.[1] ?? "";
  const { session } = loaded;
  expect(await session.query(sql)).toEqual([]);
  await session.query("BEGIN");
  // As a restore in replica mode does: no trigger and no foreign key stands in the way.
  await session.query("SET LOCAL session_replication_role = replica");
  await session.query(harms[name] ?? "");
  const violations = await session.query(sql);
  await session.query("ROLLBACK");
  expect(violations.length).toBeGreaterThan(0);
});
