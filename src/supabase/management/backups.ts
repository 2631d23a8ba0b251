import { z } from "zod";
import type { Aftermath, ManagementApi } from "./client.ts";
import { instant, nothing, segment } from "./fields.ts";
import { getProject } from "./projects.ts";

const unixSeconds = z
  .int()
  .transform((seconds) => new Date(seconds * 1000).toISOString())
  .nullish()
  .transform((instant) => instant ?? undefined);

/** As far as it is needed. `walg_enabled` is true on a fresh project that has no backup at all: it proves nothing. */
const backups = z.object({
  pitr_enabled: z.boolean(),
  backups: z.array(
    z.object({
      id: z.int().optional(),
      is_physical_backup: z.boolean(),
      /** COMPLETED, FAILED, PENDING, REMOVED, ARCHIVED or CANCELLED, and whatever comes. */
      status: z.string(),
      inserted_at: instant,
    }),
  ),
  physical_backup_data: z.object({
    earliest_physical_backup_date_unix: unixSeconds,
    latest_physical_backup_date_unix: unixSeconds,
  }),
});

export type PlatformBackup = z.output<typeof backups>["backups"][number];

/** The platform's own backups of a project. */
export interface PlatformBackups {
  readonly pitrEnabled: boolean;
  /** Newest first. With point-in-time recovery on there are none, and the window counts. */
  readonly backups: readonly PlatformBackup[];
  /** The window of point-in-time recovery, ISO 8601 UTC; null where there is none. */
  readonly window: { readonly earliest: string; readonly latest: string } | null;
}

export async function listBackups(api: ManagementApi, ref: string): Promise<PlatformBackups> {
  const path = `/v1/projects/${segment(ref)}/database/backups`;
  const found = await api.call({ method: "GET", path, answer: backups });
  const { earliest_physical_backup_date_unix: earliest, latest_physical_backup_date_unix: latest } =
    found.physical_backup_data;
  return {
    pitrEnabled: found.pitr_enabled,
    backups: [...found.backups].sort((a, b) => b.inserted_at.localeCompare(a.inserted_at)),
    window: earliest === undefined || latest === undefined ? null : { earliest, latest },
  };
}

/**
 * When the platform takes its daily backup: `HH:MM:SS`, UTC.
 *
 * @throws platform.plan_lacks on accounts below Enterprise
 */
export async function getSchedule(api: ManagementApi, ref: string): Promise<string> {
  const path = `/v1/projects/${segment(ref)}/database/backups/schedule`;
  const answer = z.object({ schedule_for: z.string().regex(/^\d{2}:\d{2}(:\d{2})?/) });
  return (await api.call({ method: "GET", path, answer })).schedule_for;
}

/**
 * Starts the restore of a project to a second: the project is down until it is ACTIVE_HEALTHY again, and what was
 * written after that second is gone. Wait for it with `waitUntilHealthy`.
 *
 * Where the answer is lost, the project's state tells whether it began: RESTORING does; any other state leaves it
 * open, for it may begin late or be over already.
 *
 * @param target whole seconds count
 * @throws platform.refused where the second lies outside the window; platform.uncertain
 */
export async function restoreToPointInTime(api: ManagementApi, ref: string, target: Date): Promise<void> {
  const aftermath = async (): Promise<Aftermath<undefined>> =>
    (await getProject(api, ref)).status === "RESTORING" ? { state: "done", value: undefined } : { state: "unknown" };
  await api.call({
    method: "POST",
    path: `/v1/projects/${segment(ref)}/database/backups/restore-pitr`,
    body: { recovery_time_target_unix: Math.floor(target.getTime() / 1000) },
    answer: nothing,
    aftermath,
  });
}
