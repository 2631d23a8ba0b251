import type { UseCaseContext } from "../../context.ts";
import type { Subject, SubjectOptions } from "../../subject.ts";
import type { DrillRun } from "../drill-run.ts";
import type { EmptyVault } from "../lost-production.ts";

export interface DrillOptions extends SubjectOptions {
  /** Size of a made-up production. */
  readonly families: number;
  /** Make a production up although there is a vault. */
  readonly madeUp?: boolean;
  /** The vault of a made-up production, empty: one is made unless told otherwise. */
  readonly vault?: EmptyVault;
  /** Whether the app's tests are run on what was recovered; unless told otherwise, where the plan has some. */
  readonly e2e?: boolean;
  /** Whether a random older backup is proven too; it is unless told otherwise. */
  readonly older?: boolean;
  /** 0 to 1: which of the older backups; at random unless told otherwise. */
  readonly random?: () => number;
}

/** What a drill's parts are about. */
export interface DrillSite {
  readonly context: UseCaseContext;
  readonly subject: Subject;
  readonly options: DrillOptions;
  readonly run: DrillRun;
  readonly madeUp: boolean;
  /** The folder of the reports; a made-up production's are not the team's. */
  readonly reports: string;
}
