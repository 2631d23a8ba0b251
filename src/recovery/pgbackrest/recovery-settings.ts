import type { Point } from "../point-in-time/point.ts";
import type { ControlData } from "./control-data.ts";

/** A point that PostgreSQL itself can recover to: a migration has become a transaction by then. */
export type PhysicalPoint = Exclude<Point, { kind: "migration" }>;

/** PostgreSQL's settings for each kind of point. Without `inclusive` recovery stops just before it. */
function targetSettings(point: PhysicalPoint): Record<string, string> {
  switch (point.kind) {
    case "time":
      // With an offset in digits: the server reads its command line before it knows any zone by name, and Z is one.
      return {
        recovery_target_time: point.instant.toString({ smallestUnit: "microsecond" }).replace("Z", "+00:00"),
        ...inclusive(true),
      };
    case "transaction":
      return { recovery_target_xid: point.xid, ...inclusive(false) };
    case "lsn":
      return { recovery_target_lsn: point.lsn, ...inclusive(false) };
    case "restore-point":
      return { recovery_target_name: point.name };
    case "latest":
      return {};
  }
}

const inclusive = (value: boolean) => ({ recovery_target_inclusive: String(value) });

/**
 * Options of each session on a copy: what `ALTER ROLE` or `ALTER DATABASE` has a session load wins over the server's command
 * line, would run in the copy, and lets nobody in where the library is not on this machine.
 */
export const unpreloaded = "-c session_preload_libraries= -c local_preload_libraries=";

/**
 * Settings under which a copy is recovered and then runs. They are given on the command line, which nothing that came
 * with the copy can override; the copy's own configuration files are not read at all.
 *
 * - `archive_mode=off`: the copy has its original's identity, and would push into production's repository.
 * - no preloaded libraries and no replication workers: no job, webhook or subscription of production runs from the copy.
 * - `recovery_target_action=promote`: a copy that is only paused still holds the locks of the DROP that it stopped before.
 * - `hot_standby=off`: nobody gets in before the point is reached.
 * - `event_triggers=off`: since 17 a trigger may run, and refuse, at every login.
 *
 * @param major of the server that will run the copy
 * @param timeline `latest`, `current` or a number: which branch of the history is followed
 */
export function recoverySettings(
  point: PhysicalPoint,
  control: ControlData,
  files: { readonly config: string; readonly hba: string; readonly ident: string; readonly restoreCommand: string },
  timeline: string,
  major: number,
): Record<string, string> {
  return {
    config_file: files.config,
    hba_file: files.hba,
    ident_file: files.ident,
    restore_command: files.restoreCommand,
    ...targetSettings(point),
    ...(point.kind === "latest" ? {} : { recovery_target_action: "promote" }),
    recovery_target_timeline: timeline,
    archive_mode: "off",
    archive_command: "",
    archive_cleanup_command: "",
    recovery_end_command: "",
    primary_conninfo: "",
    primary_slot_name: "",
    hot_standby: "off",
    shared_preload_libraries: "",
    session_preload_libraries: "",
    local_preload_libraries: "",
    max_logical_replication_workers: "0",
    // The log was written at this level or a higher one; a lower one would refuse to replay it.
    wal_level: "replica",
    ssl: "off",
    ...(major >= 17 ? { event_triggers: "off" } : {}),
    ...control.atLeast,
  };
}
