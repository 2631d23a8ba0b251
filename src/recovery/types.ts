import type { Clock } from "../base/clock.ts";
import type { Progress } from "../base/progress.ts";
import type { Json } from "../census/types.ts";
import type { Target } from "../postgres/types.ts";
import type { Standing, State } from "./machine.ts";

export type RecoveryKind = "full" | "point-in-time" | "table";

/** One table now and at the restore point. */
export interface TableLoss {
  /** As SQL names it. */
  readonly table: string;
  /** Rows in production now (or when the incident was); null where the table is not there or could not be counted. */
  readonly rows_now: number | null;
  /** Rows at the restore point, or in the recovery of one table: afterwards; null where the table was not there, or its rows are not in the backup. */
  readonly rows_then: number | null;
  /** Rows of now that say, by their own creation time, that they are younger than the restore point; null where no column says. */
  readonly younger: number | null;
  /** Rows of now that are not there afterwards, where each was looked at; otherwise only the numbers of rows are known. */
  readonly gone?: number;
}

/** The newest value of a sign of life now and at the restore point: ISO 8601 UTC, null where there is none. */
export interface TimestampPair {
  /** Such as `public.parent_weekly_reports.created_at`. */
  readonly what: string;
  readonly now: string | null;
  readonly restored: string | null;
}

/** How long it will take, and how that is known. */
export interface Estimate {
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  /** Seconds in all; null where nothing was ever measured. */
  readonly seconds: number | null;
  /** A sentence, such as `measured by the proof of 2026-11-16`. */
  readonly basis: string;
}

/** What a recovery would do, for a tired person to read before anything is done. All of it is read only. */
export interface Preview {
  /** One sentence: what is put where. */
  readonly summary: string;
  /** Sentences: what will not be there any more as it is now. */
  readonly overwrites: readonly string[];
  /** Sentences: what stays, and where the old state can be found afterwards. */
  readonly keeps: readonly string[];
  readonly losses: readonly TableLoss[];
  readonly timestamps: readonly TimestampPair[];
  readonly estimate: Estimate;
  /** Sentences: what could go wrong, and what happens then. */
  readonly hazards: readonly string[];
  /** Sentences: what stands against it. Not empty = `--execute` is refused. */
  readonly obstacles: readonly string[];
  /** What only this recovery has to show, such as a diff by key: shown below the rest. No row data. */
  readonly details: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

/** What is restored. */
export interface RestorePoint {
  /** The backup, where it is one of ours; null for the platform's. */
  readonly backup: { readonly id: string; readonly taken_at: string; readonly digest: string } | null;
  /** ISO 8601 UTC: data younger than this is not in it. */
  readonly at: string;
}

/** One thing that was verified, or could not be. The same shape as a proof's check. */
export interface Verified {
  readonly id: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "not_run";
  readonly expected: string;
  readonly actual: string;
  readonly reason: string;
}

/** What the verification came to. */
export interface Verification {
  readonly checks: readonly Verified[];
  /** What was lost, exactly: counted when nobody could write any more. */
  readonly losses: readonly TableLoss[];
  readonly not_covered: readonly { readonly what: string; readonly why: string }[];
}

/** How production stands, found by looking at it. */
export interface Inspection {
  readonly standing: Standing;
  /** A sentence for the person at the screen: what was found, and what happens now. */
  readonly says: string;
}

/** A method's own notes, kept in the incident file and in the marker: what a fresh runner needs to go on. */
export type Notes = { readonly [key: string]: Json };

/** What a method gets with every step. */
export interface StepContext {
  readonly incidentId: string;
  /** What the method has noted so far, in this run or in one before; always the newest. */
  readonly notes: Notes;
  /** Adds to the notes, and returns when they are safely written: call it *before* the act that they describe. */
  readonly note: (more: Notes) => Promise<void>;
  /** Something that belongs into the incident file, as a sentence. */
  readonly remark: (sentence: string) => void;
  /** Throws where another recovery could have begun: call it right before what cannot be taken back. */
  readonly assertAlone: () => Promise<void>;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * One way to recover: what differs between the recoveries. `driveRecovery` goes through the steps, writes the incident
 * file and the marker, takes the safety backup, and asks the method for the rest.
 *
 * Every function may be called again, by another process on another machine, after a crash anywhere within it: look at
 * production and at `notes` first, and do what is missing. Nothing is written before `quiesce`.
 */
export interface RecoveryMethod {
  readonly kind: RecoveryKind;
  /** Such as `side-by-side`, `missing-rows`. */
  readonly mode: string;
  /** What was asked for, so that the same can be asked again: goes into the incident file. No secret, no row data. */
  readonly request: Notes;
  /** Where the marker is kept; null where there is no place for one (the platform's own restore replaces everything). */
  readonly marker: Target | null;
  /** Whether production is down while it is recovered: a run that goes on then waits until it answers. */
  readonly downMeanwhile?: boolean;
  /** Finds what is restored. Reads only. */
  select(context: StepContext): Promise<RestorePoint>;
  /** Reads only. */
  preview(context: StepContext): Promise<Preview>;
  /** Why no safety backup is needed, having looked; null where one is needed. */
  withoutSafetyBackup(context: StepContext): Promise<string | null>;
  /** Keeps writers away, as far as this method must. Says whether anything was written since the safety backup began: then another is taken. */
  quiesce(context: StepContext): Promise<{ readonly writtenSince: boolean }>;
  /** Where production stands after a crash in a step that writes. Reads only. */
  inspect(context: StepContext): Promise<Inspection>;
  /** The recovery itself. Throws where it could not be completed; `rollBack` comes next. */
  execute(context: StepContext): Promise<void>;
  /** Looks at what is production now. Reads only, but for `release`-like work of its own notes. A failed or not_run check leads to `rollBack`. */
  verify(context: StepContext): Promise<Verification>;
  /** Puts production back as it was, where that can be done safely, and lets writers in again. */
  rollBack(context: StepContext): Promise<{ readonly undone: boolean; readonly says: string }>;
  /**
   * Whether what was begun goes on, or stays, whatever we do: whoever then stops the run only ends the looking, and the
   * next run goes on with it. Without it an interruption leads through the roll-back.
   */
  stays?(context: StepContext): Promise<boolean>;
  /** Lets writers in again after a verified recovery. */
  release(context: StepContext): Promise<void>;
  /** Sentences for the last screen: what a person has to do now, such as to drop the old database some day. */
  nextSteps(context: StepContext): readonly string[];
}

/** The rates of one stretch of time; null where one could not be read. */
export interface Rates {
  readonly seconds: number;
  readonly commits_per_s: number | null;
  readonly rollbacks_per_s: number | null;
  readonly deadlocks: number | null;
  readonly api_healthy: boolean | null;
  /** Rows of the plan's table of errors that are younger than the stretch's beginning, by severity. */
  readonly errors_by_severity: Readonly<Record<string, number>> | null;
}

/** What watching the recovered database came to. */
export interface WatchResult {
  readonly verdict: "quiet" | "regressed" | "not_watched";
  readonly before: Rates | null;
  readonly after: Rates | null;
  /** Sentences: what got worse, or why it could not be watched. */
  readonly findings: readonly string[];
}

/** A backup by what tells it from all others. */
export type BackupReference = NonNullable<RestorePoint["backup"]>;

/** The whole of a recovery, as its file holds it: names and counts, never rows. */
export interface Incident {
  readonly format: 1;
  readonly id: string;
  /** The plan's name of the database. */
  readonly database: string;
  readonly kind: RecoveryKind;
  readonly mode: string;
  /** Why it is done, in the words of whoever did it. */
  readonly reason: string;
  /** When the damage was done, as far as it is known. */
  readonly incident_at: string | null;
  readonly started_at: string;
  readonly updated_at: string;
  readonly actor: string;
  readonly request: Notes;
  readonly state: State;
  readonly restore_point: RestorePoint | null;
  readonly preview: Preview | null;
  /** The last one counts: a second is taken where something was written during the first. */
  readonly safety_backups: readonly BackupReference[];
  /** Why there is none. */
  readonly no_safety_backup: string | null;
  readonly notes: Notes;
  readonly verification: Verification | null;
  /** Who was told. */
  readonly told: readonly string[];
  /** Read before anything was done. */
  readonly rates_before: Rates | null;
  readonly watch: WatchResult | null;
  readonly remarks: readonly string[];
  /** What happened, in order; seconds of the step. */
  readonly log: readonly {
    readonly at: string;
    readonly step: string;
    readonly event: string;
    readonly says: string;
    readonly seconds: number | null;
  }[];
  /** What people have to do now. */
  readonly next_steps: readonly string[];
}
