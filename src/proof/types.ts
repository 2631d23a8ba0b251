import type { Manifest } from "../backup/manifest.ts";
import type { Census } from "../census/types.ts";
import type { DatabasePlan, Plan } from "../plan/schema.ts";
import type { Session, Throwaway } from "../postgres/types.ts";
import type { RestoreError, Skipped } from "../restore/types.ts";
import type { BackupFigures } from "./history/figures.ts";

/** One thing that is not as it must be. Never row data: names, attributes, counts, digests, uuid or integer keys. */
export interface Finding {
  readonly object: string;
  readonly attribute: string;
  readonly expected: string;
  readonly actual: string;
}

export type CheckStatus = "passed" | "failed" | "not_run";

/** What a check came to. `reason` is empty unless it did not run, or passed only thanks to an excuse. */
export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly status: CheckStatus;
  readonly expected: string;
  readonly actual: string;
  readonly findings: readonly Finding[];
  readonly seconds: number;
  readonly reason: string;
}

export interface NotCovered {
  readonly what: string;
  readonly why: string;
}

/** How it was made sure that the target is not production, and what keeps the restored code from doing harm. */
export interface ThrowawayFacts {
  readonly kind: "cluster" | "service" | "branch" | "project";
  readonly isolation: Throwaway["isolation"];
  /**
   * `own-cluster`: a private server that this run started from nothing. `advisory-lock`: a random lock held on the source was not seen on
   * the target. `marker`: the source could not be asked, and the target bears the throwaway's own mark.
   * `none`: nobody could tell.
   */
  readonly notProduction: "own-cluster" | "advisory-lock" | "marker" | "none";
}

/** What a run took, in seconds; null where it could not be measured. */
export interface Measured {
  /** From the first byte fetched to a copy that is up. */
  readonly rtoSeconds: number | null;
  /** The age of the newest data when the run began; negative where it claims to be of the future. */
  readonly rpoSeconds: number | null;
}

/** A file of the backup that is not as its manifest says. */
export interface ArchiveProblem {
  /** Relative to the backup's directory. */
  readonly path: string;
  /** Such as `missing`, `surplus`, `1024 bytes`, `sha256:ab12cd34`. */
  readonly expected: string;
  readonly actual: string;
}

/**
 * `light`: every page of the tables, and the order of every page of their B-trees. `full`: also the values that are
 * stored apart, every row's entry in every index, every entry's way from the root, and PostgreSQL's own catalogs: what
 * `pg_amcheck --heapallindexed --parent-check --rootdescend` does. It takes several times as long.
 */
export type ExaminationLevel = "light" | "full";

/** What amcheck said. */
export interface Examination {
  readonly level: ExaminationLevel;
  readonly findings: readonly Finding[];
  /** What could not be looked at, as sentences. */
  readonly unproven: readonly string[];
  readonly looked: { readonly tables: number; readonly indexes: number };
  /** Access methods that this version of amcheck does not know, and how many tables and indexes have them. */
  readonly unknown: ReadonlyMap<string, number>;
}

/** Everything that a check may look at. Checks connect to nothing on their own. */
export interface ProofContext {
  readonly plan: Plan;
  readonly database: DatabasePlan;
  readonly manifest: Manifest;
  /** The census that was taken with the backup. */
  readonly expected: Census;
  /** The census of the restored copy. */
  readonly copy: Census;
  /** A READ ONLY session on the copy. */
  readonly session: Session;
  readonly restoreErrors: readonly RestoreError[];
  /** What was in the backup and was left out of the copy on purpose; listed in the report by whoever restored. */
  readonly restoreSkipped: readonly Skipped[];
  /** The plan's folder: paths in the plan are relative to it. */
  readonly planDirectory: string;
  readonly now: Date;
  /** What the files of the backup have against the manifest; empty where every digest is right. */
  readonly archiveProblems: readonly ArchiveProblem[];
  /** The backup's digest as a report or the audit log recorded it outside the vault; null where no record was found. */
  readonly recordedDigest: string | null;
  readonly throwaway: ThrowawayFacts;
  readonly measured: Measured;
  /** Figures of the backups that were taken before this one, newest first, as they were recorded outside the vault. */
  readonly history: readonly BackupFigures[];
  /**
   * Lets amcheck look at the copy's pages, over connections of its own, since it has to be installed for that; null
   * where the server does not have it. Not to be called while a transaction has changed the copy.
   */
  readonly examine: () => Promise<Examination | null>;
  /** Random per run: keys that are neither uuids nor integers are published as their HMAC under it. */
  readonly hashKey: Buffer;
  /** The team's own checks, from `loadTeamChecks`. */
  readonly teamChecks: readonly TeamCheck[];
  /** Canonical names of the tables to which a check that reads rows of the copy confines itself; all without it. */
  readonly within?: ReadonlySet<string>;
}

/** One of the team's own checks: a query that returns violations. */
export interface TeamCheck {
  /** Goes into the check's id, `team.<name>`. */
  readonly name: string;
  readonly severity: "error" | "warning";
  /** Why the rule must hold. */
  readonly reason: string;
  /** File name, for messages. */
  readonly file: string;
  /** One query, without its closing semicolon. */
  readonly sql: string;
}

/** What a check says before its time is taken. */
export interface CheckOutcome {
  /** `not_applicable`: the plan or the database gives it nothing to check; `notCovered` says what and why. */
  readonly status: CheckStatus | "not_applicable";
  readonly expected: string;
  readonly actual: string;
  readonly findings?: readonly Finding[];
  readonly reason?: string;
  /** What this check could not prove, as a sentence: it does not pass even where all its findings are excused. */
  readonly unproven?: string;
  readonly notCovered?: readonly NotCovered[];
}

export interface Check {
  /** Stable: `room.subject`, such as `data.equality`. Exceptions in plans name it. */
  readonly id: string;
  readonly title: string;
  run(context: ProofContext): Promise<CheckOutcome> | CheckOutcome;
}
