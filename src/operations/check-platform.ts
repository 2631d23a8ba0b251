import { z } from "zod";
import { median } from "../base/median.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { type Judged, judgePlatform, platformChecks, unkept } from "../proof/platform/all.ts";
import type { Asked, PlatformFacts, Promised } from "../proof/platform/facts.ts";
import { isCheck } from "../report/history.ts";
import type { AnyReport, CheckReport, Keeper } from "../report/model.ts";
import { getSchedule, listBackups } from "../supabase/management/backups.ts";
import { query } from "../supabase/management/database.ts";
import { PlatformError } from "../supabase/management/errors.ts";
import { getBackupRetentionDays, getHealth, getProject, healthy } from "../supabase/management/projects.ts";
import { type PlatformAccess, platformAccess } from "../supabase/management/settings.ts";
import { currentOutage, readIncidents } from "../supabase/status-page.ts";
import type { UseCaseContext } from "./context.ts";

/** What a look at the platform came to. */
export interface PlatformLook extends Judged {
  readonly keepers: readonly Keeper[];
  readonly outage: CheckReport["outage"];
}

async function ask<T>(work: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof PlatformError && error.kind === "surroundings") return { ok: false, error };
    throw error;
  }
}

/** A refused token and an API that cannot be reached at all answer every further question the same. */
const saysItAll = (error: PlatformError) => error.status === null || error.status === 401 || error.status === 429;

const sizeRow = z.object({ bytes: z.coerce.number().int().min(0) });
const sizeSql = "select pg_database_size(current_database()) as bytes";

/** Asks everything that the checks look at: at most seven requests of the 120 that an account has a minute. */
async function gather(
  access: Asked<PlatformAccess>,
  given: Pick<PlatformFacts, "promised" | "now" | "earlierBytes" | "incidents">,
): Promise<PlatformFacts> {
  const nothing = (error: PlatformError): PlatformFacts => {
    const none = { ok: false, error } as const;
    const asked = { project: none, backups: none, health: none, schedule: none, retentionDays: none, bytes: none };
    return { ...given, ...asked };
  };
  if (!access.ok) return nothing(access.error);
  const { api, ref } = access.value;
  const project = await ask(() => getProject(api, ref));
  if (!project.ok && saysItAll(project.error)) return nothing(project.error);
  const up = project.ok && project.value.status === healthy;
  const skipped = <T>(work: () => Promise<T>) => (project.ok ? ask(work) : Promise.resolve(project));
  const [backups, schedule, retentionDays, health, bytes] = await Promise.all([
    ask(() => listBackups(api, ref)),
    ask(() => getSchedule(api, ref)),
    project.ok ? ask(() => getBackupRetentionDays(api, project.value.organization_slug)) : project,
    up ? ask(() => getHealth(api, ref, given.promised.services)) : skipped(async () => []),
    ask(async () => (await query(api, ref, sizeSql, sizeRow))[0]?.bytes ?? 0),
  ]);
  return { ...given, project, backups, schedule, retentionDays, health, bytes };
}

/** The platform's part of the table in which everybody stands side by side. */
function keeperOf({ backups, bytes, earlierBytes, now }: PlatformFacts): Keeper[] {
  if (!backups.ok) return [];
  const age = (at: string) => Math.max(0, (now.getTime() - Date.parse(at)) / 1000);
  const completed = backups.value.backups.filter(({ status }) => status === "COMPLETED");
  const [newest] = completed;
  const { window, pitrEnabled } = backups.value;
  const at = newest?.inserted_at ?? window?.latest;
  const name = newest === undefined ? "latest point of recovery" : `backup ${newest.id ?? newest.inserted_at}`;
  return [
    {
      place: "platform",
      newest: at === undefined ? null : { id: name, taken_at: at, age_s: age(at) },
      count: pitrEnabled ? null : completed.length,
      size_bytes: bytes.ok ? bytes.value : null,
      usual_bytes: earlierBytes.length === 0 ? null : median(earlierBytes.slice(0, 7)),
    },
  ];
}

/** Sizes of the database as earlier checks found them, newest first. */
function earlierSizes(reports: readonly AnyReport[]): number[] {
  return reports.filter(isCheck).flatMap(({ keepers }) => {
    const size = keepers.find(({ place }) => place === "platform")?.size_bytes ?? null;
    return size === null ? [] : [size];
  });
}

/** What every plan on Lovable Cloud promises and nobody can look at: there is no access token. */
function lovablePromises(): { id: string; title: string; expected: string }[] {
  return [
    ...platformChecks
      .filter(({ id }) => id !== "platform.size")
      .map(({ id, title }) => ({ id, title, expected: "as the recovery plan says" })),
    {
      id: "platform.alerts",
      title: "The platform tells of each backup, and of each that failed",
      expected: "a message by mail and Slack",
    },
  ];
}

const noToken =
  "Lovable Cloud gives its owners no access token and no list of backups, so nobody but its own pages can show this: look there every week, and rely on exports and on Ithaca's own backups";

/**
 * Looks at the platform's own backups, as the plan promises them. Where the plan promises none nothing is asked, and that
 * is said; where there is no way to ask, each check did not run.
 */
export async function checkPlatform(
  context: UseCaseContext,
  database: DatabasePlan,
  reports: readonly AnyReport[],
): Promise<PlatformLook> {
  const now = context.clock.now();
  const { exceptions, managed, platform } = database;
  if (platform === "lovable") {
    return { ...unkept(lovablePromises(), noToken, exceptions, now), keepers: [], outage: null };
  }
  if (managed === undefined) {
    const why = "the plan says nothing of them; `managed:` under the database says what is promised";
    const notCovered = platform === "supabase" ? [{ what: "The platform's own backups", why }] : [];
    return { checks: [], notCovered, keepers: [], outage: null };
  }
  return context.progress.step("Check the platform's own backups", async () => {
    const facts = await lookAt(context, managed, earlierSizes(reports), now);
    const outage = facts.incidents === null ? null : currentOutage(facts.incidents);
    return {
      ...judgePlatform(facts, exceptions),
      keepers: keeperOf(facts),
      outage:
        outage === null ? null : { name: outage.name, impact: outage.impact, since: outage.since, url: outage.url },
    };
  });
}

async function lookAt(
  { environment, signal }: UseCaseContext,
  promised: Promised,
  earlierBytes: readonly number[],
  now: Date,
): Promise<PlatformFacts> {
  const access = await ask(async () => platformAccess(environment, promised, signal));
  const incidents = await readIncidents(environment, signal);
  return gather(access, { promised, now, earlierBytes, incidents });
}
