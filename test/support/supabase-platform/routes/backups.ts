import { z } from "zod";
import { statusOf } from "../state.ts";
import { passThrough, projectOf, Refusal, type Route } from "./route.ts";

const upgrade = "This feature is only available on the Enterprise plan";

export const backupRoutes: Readonly<Record<string, Route>> = {
  "GET /v1/projects/{ref}/database/backups": (request, world) => {
    const { region, walg, pitr, backups } = projectOf(request, world);
    const window =
      pitr.earliest === undefined || pitr.latest === undefined
        ? {}
        : { earliest_physical_backup_date_unix: pitr.earliest, latest_physical_backup_date_unix: pitr.latest };
    return {
      region,
      walg_enabled: walg,
      pitr_enabled: pitr.enabled,
      // With point-in-time recovery on, daily backups stop and the list is empty.
      backups: pitr.enabled ? [] : backups,
      physical_backup_data: window,
    };
  },
  "GET /v1/projects/{ref}/database/backups/schedule": (request, world) => {
    const { schedule } = projectOf(request, world);
    if (schedule === null) throw new Refusal(402, upgrade);
    return { schedule_for: schedule };
  },
  "PATCH /v1/projects/{ref}/database/backups/schedule": (request, world) => {
    const project = projectOf(request, world);
    if (project.schedule === null) throw new Refusal(402, upgrade);
    project.schedule = z.object({ schedule_for: z.string() }).parse(request.body).schedule_for;
    return { schedule_for: project.schedule };
  },
  "POST /v1/projects/{ref}/database/backups/restore-pitr": (request, world) => {
    const project = projectOf(request, world);
    const { recovery_time_target_unix: target } = z.object({ recovery_time_target_unix: z.int() }).parse(request.body);
    const { enabled, earliest = Number.POSITIVE_INFINITY, latest = 0 } = project.pitr;
    if (!enabled) throw new Refusal(400, "PITR is not enabled for this project");
    if (statusOf(project, world.now().getTime()) !== "ACTIVE_HEALTHY") {
      throw new Refusal(400, "Project is not in a state in which it can be restored");
    }
    if (target < earliest || target > latest) {
      throw new Refusal(400, "Recovery time target must be within range of the available backups");
    }
    project.restoredTo.push(target);
    passThrough(project, "RESTORING", world);
    return undefined;
  },
};
