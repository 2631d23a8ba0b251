import type { OpenedBackup } from "../../backup/open-backup.ts";
import type { DatabasePlan, Plan } from "../../plan/schema.ts";
import type { Target } from "../../postgres/types.ts";
import type { TeamCheck } from "../../proof/types.ts";
import type { Estimate } from "../types.ts";

/** A backup that lies on this machine, with its files verified. */
export interface BackupAtHand extends OpenedBackup {
  readonly directory: string;
}

/** What a recovery of a whole database is built from. */
export interface FullRecovery {
  readonly plan: Plan;
  /** The plan's folder: paths in the plan are relative to it. */
  readonly planDirectory: string;
  readonly database: DatabasePlan;
  /** The plan's name of the database. */
  readonly name: string;
  /** The database to recover, with the credential that may write. */
  readonly target: Target;
  /** The environment variable that it came from, for messages. */
  readonly variable: string;
  /** Whether that variable is set; where not, this is a plan that was made with the reading credential. */
  readonly writable: boolean;
  /** Production as the reading credential leads to it; null where that is not set. */
  readonly source: Target | null;
  /** Fetches the backup once, and gives the same afterwards. */
  readonly backup: () => Promise<BackupAtHand>;
  /** Backups that earlier recoveries took of what they were about to replace, by id, with the incident's. */
  readonly safetyBackups: ReadonlyMap<string, string>;
  /** The backup was asked for by its id, not as the latest or the like. */
  readonly named: boolean;
  readonly teamChecks: readonly TeamCheck[];
  /** The backup's digest as it was recorded outside the vault. */
  readonly recordedDigest: (id: string) => Promise<string | null>;
  readonly estimate: Estimate;
  /** What was asked for, as options of the command line. */
  readonly request: Readonly<Record<string, string>>;
}
