import type { Progress } from "../base/progress.ts";
import type { CountOnly } from "../census/count-only.ts";
import type { LargeObjectAccess } from "../census/large-objects.ts";
import type { Scope } from "../census/types.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import type { Session, Target } from "../postgres/types.ts";
import type { Client } from "./client.ts";

/** What one try at a backup needs. */
export interface AttemptOrder {
  readonly target: Target;
  /** The plan's name of the database. */
  readonly name: string;
  readonly database: DatabasePlan;
  readonly scope: Scope;
  /** The session that holds locks and snapshot until the end. */
  readonly exporter: Session;
  /** Encoding of the database. */
  readonly encoding: string;
  /** The backup's directory. */
  readonly directory: string;
  /** Where the dump goes, `dump` in that directory; must not exist. */
  readonly dumpDirectory: string;
  readonly countOnly: CountOnly;
  readonly largeObjects: LargeObjectAccess;
  /** Ready to start: as long as it does not hold its locks, others may come between. */
  readonly pgDump: Client;
  /** pg_dump's jobs: the plan's, or fewer. */
  readonly jobs: number;
  /** Whether definitions may be read when the snapshot is released. */
  readonly definitionsLate: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}
