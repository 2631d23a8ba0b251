import type { Manifest } from "../backup/manifest.ts";
import type { Census } from "../census/types.ts";
import type { DatabasePlan, Plan } from "../plan/schema.ts";
import type { Session } from "../postgres/types.ts";
import type { RestoreError } from "../restore/types.ts";

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
  /** The plan's folder: paths in the plan are relative to it. */
  readonly planDirectory: string;
  readonly now: Date;
}

/** What a check says before its time is taken. */
export interface CheckOutcome {
  readonly status: CheckStatus;
  readonly expected: string;
  readonly actual: string;
  readonly findings?: readonly Finding[];
  readonly reason?: string;
  readonly notCovered?: readonly NotCovered[];
}

export interface Check {
  /** Stable: `room.subject`, such as `data.equality`. Exceptions in plans name it. */
  readonly id: string;
  readonly title: string;
  run(context: ProofContext): Promise<CheckOutcome> | CheckOutcome;
}
