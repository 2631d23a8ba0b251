import { Temporal } from "temporal-polyfill";
import { lsnValue } from "../../postgres/wal-segments.ts";
import { type ControlData, precedes } from "./control-data.ts";
import type { PhysicalBackup } from "./info.ts";
import type { PhysicalPoint } from "./recovery-settings.ts";

/**
 * Backups from which a point may be reached, the best first. pgBackRest itself chooses by time and position only; where a
 * transaction or a restore point stands in the log nobody knows before looking, so there every backup is a candidate, the newest first.
 */
export function candidates(backups: readonly PhysicalBackup[], point: PhysicalPoint): readonly PhysicalBackup[] {
  switch (point.kind) {
    case "time":
      return backups.filter(({ stop }) => Temporal.Instant.compare(stop, point.instant) <= 0);
    case "lsn":
      return backups.filter(({ stopLsn }) => stopLsn !== null && lsnValue(stopLsn) <= lsnValue(point.lsn));
    case "latest":
    case "transaction":
    case "restore-point":
      return backups;
  }
}

/** Whether the point lies before the backup's beginning, by what its control file says. */
export function tooLate(point: PhysicalPoint, { nextXid }: ControlData): boolean {
  return point.kind === "transaction" && precedes(Number(point.xid), nextXid);
}
