import { resolve } from "node:path";
import { standsForMonth } from "../plan/firing.ts";
import { keepsItsLog, promisesPoints } from "../plan/own-log.ts";
import { loadPlan } from "../plan/parse.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { selectDatabase } from "../plan/select-database.ts";
import type { UseCaseContext } from "./context.ts";

/** NAMES of the secrets that are about one database, since each may have its own. */
export interface SecretNames {
  readonly url_secret: string;
  readonly audit_url_secret: string;
  readonly recovery_url_secret: string;
  readonly heartbeat_secret: string;
  readonly supabase_token_secret: string;
  readonly supabase_project_ref_secret: string;
}

/** What a workflow's job has to know about one database of the plan; its keys are the matrix's. */
export interface MatrixEntry extends SecretNames {
  readonly database: string;
  readonly throwaway_image: string;
  readonly throwaway_superuser: string;
  readonly postgres_major: number;
  /** Whether the plan says how the app's tests are run on a copy. */
  readonly rehearsal: boolean;
  /** Whether the plan wants the platform's own backup proven on a branch, which costs money. */
  readonly platform_branch: boolean;
  /** Whether the team's own server archives its log with pgBackRest, which the job then needs. */
  readonly own_log: boolean;
}

export interface PlanMatrix {
  readonly include: readonly MatrixEntry[];
  /** Whether a scheduled run has something to do today; a run that a person started always has. */
  readonly due: boolean;
  readonly reports: {
    readonly directory: string;
    /** Null where the reports lie beside the code. */
    readonly branch: string | null;
  };
}

/** The image that Supabase's databases run in has a superuser of another name. */
const supabaseImage = /(^|\/)supabase\/postgres[:@]/;

/** Where the plan says that the secrets of a database are. */
export function secretNames(database: DatabasePlan): SecretNames {
  return {
    url_secret: database.url_secret,
    audit_url_secret: database.audit_url_secret,
    recovery_url_secret: database.recovery.url_secret,
    heartbeat_secret: database.heartbeat_secret,
    supabase_token_secret: database.managed?.token_secret ?? "SUPABASE_ACCESS_TOKEN",
    supabase_project_ref_secret: database.managed?.project_ref_secret ?? "SUPABASE_PROJECT_REF",
  };
}

function entryOf(name: string, database: DatabasePlan): MatrixEntry {
  const { throwaway, rehearsal } = database;
  const image = throwaway.image ?? `postgres:${throwaway.major}`;
  return {
    database: name,
    ...secretNames(database),
    throwaway_image: image,
    throwaway_superuser: throwaway.superuser ?? (supabaseImage.test(image) ? "supabase_admin" : "postgres"),
    postgres_major: throwaway.major,
    rehearsal: rehearsal !== undefined,
    platform_branch: database.managed?.prove_branch === true,
    own_log: keepsItsLog(database),
  };
}

/**
 * The databases of the plan as a job matrix, and whether a scheduled run is due.
 *
 * @param options.database only this one; all of them without it
 * @param options.monthly the run is the monthly one, whose weekly schedule is gated
 * @param options.pointInTime only databases of which the plan promises points in time; where there is none, nothing is due
 * @param options.event GitHub's name of what started the run; only `schedule` is gated
 * @throws input: the plan has errors, or no such database
 */
export async function planMatrix(
  context: UseCaseContext,
  options: {
    readonly plan: string;
    readonly database?: string | undefined;
    readonly monthly?: boolean;
    readonly pointInTime?: boolean;
    readonly event?: string | undefined;
  },
): Promise<PlanMatrix> {
  const { plan } = await loadPlan(resolve(context.workingDirectory, options.plan));
  const chosen =
    options.database === undefined
      ? Object.entries(plan.databases)
      : [selectDatabase(plan, options.database)].map(({ name, database }) => [name, database] as const);
  const meant = chosen.filter(([, database]) => options.pointInTime !== true || promisesPoints(database));
  const gated = options.monthly === true && options.event === "schedule";
  return {
    include: meant.map(([name, database]) => entryOf(name, database)),
    reports: { directory: plan.reports.directory, branch: plan.reports.branch ?? null },
    due: meant.length > 0 && (!gated || standsForMonth(plan.schedule.rehearse, context.clock.now())),
  };
}
