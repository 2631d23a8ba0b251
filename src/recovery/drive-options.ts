import type { Clock } from "../base/clock.ts";
import type { IthacaError } from "../base/errors.ts";
import type { Progress } from "../base/progress.ts";
import type { Target } from "../postgres/types.ts";
import type { RecoveryLock } from "./lock.ts";
import type { Step } from "./machine.ts";
import type { BackupReference, Incident, Rates, RecoveryMethod, WatchResult } from "./types.ts";

/** What the driver asks of its surroundings. */
export interface RecoveryHooks {
  /** Takes a backup of production into the vault and says which. */
  safetyBackup(): Promise<BackupReference>;
  /** The rates of the time before; null where they cannot be read. */
  ratesBefore(): Promise<Rates | null>;
  /** Tells the team; gives whom. */
  announce(incident: Incident): Promise<readonly string[]>;
  watch(incident: Incident): Promise<WatchResult>;
  /** Writes what people read: the page of the incident and the report. */
  record(incident: Incident): Promise<void>;
  /** Writes the incident file; called at every step and whenever a method notes something. */
  save(incident: Incident): Promise<void>;
}

export interface DriveOptions {
  readonly method: RecoveryMethod;
  /** Production as it may be written: for what is said of its server when that fails. */
  readonly target: Target;
  readonly incident: Incident;
  /** False: stop after the preview. */
  readonly execute: boolean;
  readonly lock: RecoveryLock | null;
  readonly hooks: RecoveryHooks;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Seconds for which a server that is down is waited for where production has to be put back; five minutes unless told otherwise. */
  readonly patience?: number;
}

/** How a recovery ended. */
export interface Driven {
  readonly incident: Incident;
  /** The first fault that it met; null where there was none. */
  readonly fault: IthacaError | null;
}

/** What each step is called on a screen. */
export const titles: Readonly<Record<Step, string>> = {
  select: "Find what is restored",
  preview: "Look at production and at the restore point",
  confirm: "Confirmation",
  safety_backup: "Back production up as it is now",
  quiesce: "Keep writers away",
  execute: "Recover",
  verify: "Verify what production is now",
  roll_back: "Put production back as it was",
  announce: "Tell the team",
  watch: "Watch the error rate",
  record: "Write the incident's page",
};
