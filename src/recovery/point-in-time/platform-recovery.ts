import type { Temporal } from "temporal-polyfill";
import type { DatabasePlan, Plan } from "../../plan/schema.ts";
import type { Target } from "../../postgres/types.ts";
import type { TeamCheck } from "../../proof/types.ts";
import type { PlatformAccess } from "../../supabase/management/settings.ts";
import type { NearestCensus } from "./nearest-census.ts";
import type { Point } from "./point.ts";

/** What a restore by the platform is built from. */
export interface PlatformRecovery {
  readonly access: PlatformAccess;
  readonly point: Point;
  /** As it was asked for, for the incident file. */
  readonly asked: string;
  readonly target: Target;
  readonly plan: Plan;
  readonly planDirectory: string;
  readonly database: DatabasePlan;
  readonly teamChecks: readonly TeamCheck[];
  /** The newest census that is not younger than the point, to compare with; or why there is none. */
  readonly nearest: (at: Temporal.Instant) => Promise<NearestCensus | string>;
  /** Services whose health is asked. */
  readonly services: readonly string[];
  /** How long the platform's archive may lag behind, in seconds. */
  readonly lagSeconds: number;
  /** Seconds that the restore may take, and then the services. */
  readonly limitSeconds: number;
  /** Seconds after which a restore that was asked for and never began is asked for again. */
  readonly settleSeconds: number;
}
