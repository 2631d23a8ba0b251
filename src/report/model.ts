import type { BackupReport } from "./kinds/backup.ts";
import type { CheckReport } from "./kinds/check.ts";
import type { DisasterReport } from "./kinds/disaster.ts";
import type { DrillReport } from "./kinds/drill.ts";
import type { PointReport } from "./kinds/point-in-time.ts";
import type { ProofReport } from "./kinds/proof.ts";
import type { RecoveryReport } from "./kinds/recovery.ts";
import type { WatchReport } from "./kinds/watch.ts";

/* The kinds of reports, each in a file of its own with the schema by which it is read back. */

export type { BackupReport, BackupVerdict } from "./kinds/backup.ts";
export type { CheckReport, Keeper, SampleRecord } from "./kinds/check.ts";
export type { DisasterReport } from "./kinds/disaster.ts";
export type { DrillReport, DrillTrend } from "./kinds/drill.ts";
export type { Objective, Phase, ReportFiles, Run, Verdict } from "./kinds/parts.ts";
export type { PointReport } from "./kinds/point-in-time.ts";
export type { Kind, ProofReport } from "./kinds/proof.ts";
export type { RecoveryReport } from "./kinds/recovery.ts";
export type { WatchReport } from "./kinds/watch.ts";

/** Everything that is kept in the reports' folder. */
export type AnyReport =
  | ProofReport
  | BackupReport
  | CheckReport
  | WatchReport
  | RecoveryReport
  | PointReport
  | DrillReport
  | DisasterReport;
