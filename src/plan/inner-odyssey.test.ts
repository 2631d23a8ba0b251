import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { innerOdysseyPlan as path } from "../../test/support/inner-odyssey-plan.ts";
import { loadPlan } from "./parse.ts";

test("the repository's own plan is valid and holds the promises of the recovery plan", async () => {
  const { plan, directory } = await loadPlan(path);
  expect(directory).toBe(dirname(path));
  expect(plan.objectives).toEqual({ rto: 4 * 3600, rpo: 24 * 3600 });
  expect(plan.schedule).toEqual({
    backup: "0 2 * * *",
    watch: "30 2 * * *",
    verify: "45 2 * * *",
    prove: "0 10 * * 1",
    rehearse: "0 10 * * 5",
    drill: "0 9 1 1,4,7,10 *",
    escalate: "*/30 * * * *",
    retain: "15 4 * * *",
    point_in_time: "20 11 3 * *",
  });
  expect(plan.retention.daily).toBe(7);
  expect(plan.contacts).toEqual({
    primary: { role: "DevOps Team Lead" },
    secondary: { role: "Database Administrator" },
    escalation: { role: "CTO" },
  });
  expect(plan.alerts).toEqual({
    success_email: "ops@innerodyssey.com",
    failure_email: "ops@innerodyssey.com",
    backup_longer_than: 1800,
    answer_within: 3600,
    escalate_after: 7200,
    digest: "weekly",
    labels: [],
    // The team's plan has these two word for word; what stands in brackets is filled in.
    subjects: {
      success: "Daily backup completed successfully - [backup_id] - [size]",
      failure: "URGENT: Daily backup failed - Immediate action required",
    },
  });
  const database = plan.databases["inner-odyssey"];
  expect(database).toMatchObject({
    platform: "supabase",
    rls_tables: ["children", "profiles", "user_progress", "emotion_logs", "parent_child_messages"].map(
      (t) => `public.${t}`,
    ),
    orphans: [
      { table: "public.children", column: "parent_id", references: "public.profiles", key: "id" },
      { table: "public.user_progress", column: "child_id", references: "public.children", key: "id" },
    ],
    freshness: [{ table: "public.parent_weekly_reports", column: "created_at", within: 48 * 3600 }],
    smoke: { rows: 10 },
    checks: "sql/checks",
  });
  for (const counted of ["profiles", "children", "lessons", "user_progress", "child_generated_lessons"]) {
    expect(database?.critical_tables).toContain(`public.${counted}`);
  }
});

test("editors find its schema by the first line", async () => {
  expect(await readFile(path, "utf8")).toMatch(/^# yaml-language-server: \$schema=\.\/ithaca\.schema\.json\n/);
});
