import { fixedClock } from "../../src/base/clock.ts";
import { silentProgress } from "../../src/base/progress.ts";
import { checkPlatform } from "../../src/operations/check-platform.ts";
import type { AnyReport } from "../../src/report/model.ts";
import { decideVerdict, exitCodeOf } from "../../src/report/verdict.ts";
import { databasePlan } from "./proof.ts";
import { type PlatformServer, supabasePlatform } from "./supabase-platform/server.ts";

/** A Sunday. */
export const now = new Date("2026-11-22T10:00:00.000Z");
export const daysAgo = (days: number) => Math.floor(now.getTime() / 1000) - days * 86_400;

/** Lets the daily check look at a platform that was arranged like that. */
export async function look(
  arrange: (platform: PlatformServer) => void,
  options: {
    managed?: Record<string, unknown>;
    plan?: object;
    env?: Record<string, string>;
    reports?: AnyReport[];
  } = {},
) {
  await using platform = await supabasePlatform({ now: () => now });
  platform.project.createdAt = "2025-01-16T00:00:00.000Z";
  arrange(platform);
  const database = databasePlan({ platform: "supabase", managed: options.managed ?? {}, ...options.plan });
  const environment = { ...platform.env, SUPABASE_API_TIME_LIMIT: "0.25", ...options.env };
  const signal = new AbortController().signal;
  const context = { environment, clock: fixedClock(now), progress: silentProgress, signal, workingDirectory: "/" };
  const found = await checkPlatform(context, database, options.reports ?? []);
  const verdict = decideVerdict({ checks: found.checks, restore_errors: [], sabotage: null, rehearsal: null });
  const of = (id: string) => {
    const check = found.checks.find((one) => one.id === id);
    if (check === undefined) throw new Error(`no ${id} among ${found.checks.map((one) => one.id).join(", ")}`);
    return check;
  };
  return { ...found, verdict, exitCode: exitCodeOf(verdict), of, requests: platform.requests };
}

/** A plan that was promised point-in-time recovery, and a platform that keeps it for so many days. */
export const pitr = { pitr: true };
export const withWindow = (days: number) => (platform: PlatformServer) => {
  platform.project.pitr = { enabled: true, earliest: daysAgo(days), latest: daysAgo(0) - 120 };
};
