import { join, resolve } from "node:path";
import { Temporal } from "temporal-polyfill";
import { scratchDirectory } from "../base/scratch.ts";
import type { DatabasePlan } from "../plan/schema.ts";
import { loadTeamChecks } from "../proof/team/load.ts";
import { pointErrors } from "../recovery/point-in-time/errors.ts";
import { requireLogged } from "../recovery/point-in-time/logged.ts";
import { isAge, parsePoint } from "../recovery/point-in-time/parse-point.ts";
import { type Point, showPoint } from "../recovery/point-in-time/point.ts";
import { supabasePitr } from "../recovery/point-in-time/supabase-pitr.ts";
import { parseDecisions, parseKeepNewer } from "../recovery/table/decisions.ts";
import { tableMethod } from "../recovery/table/method.ts";
import type { TableMode } from "../recovery/table/types.ts";
import type { RecoveryMethod } from "../recovery/types.ts";
import { platformAccess, usualNames } from "../supabase/management/settings.ts";
import { censusBefore } from "./census-before.ts";
import type { UseCaseContext } from "./context.ts";
import { type LookOptions, lookAtPoint, type PointView, requireInWindow } from "./look-at-point.ts";
import { openPointCopy } from "./point-in-time-copy.ts";
import { type RecoverOptions, type RecoveryResult, type RecoverySite, recover } from "./recover.ts";
import { loadSubject, type Subject } from "./subject.ts";
import { requireTableAndCredential } from "./table-credential.ts";

export interface RecoverPointInTimeOptions extends RecoverOptions, LookOptions {
  /** The point, as `parsePoint` reads it: without it people are told how to write one. */
  readonly to?: string;
  /** One table to bring back, such as `public.children`; without it the copy is only looked at. */
  readonly table?: string;
  readonly mode?: TableMode;
  readonly withDependants?: boolean;
  readonly withParents?: boolean;
  /** `column=time`: changed rows whose time there is later stay as they are. */
  readonly keepNewer?: string;
  /** Seconds that the platform's archive may lag behind; 300 unless told otherwise. */
  readonly lagSeconds?: number;
}

/** What was seen, or what was done. */
export type PointInTimeResult =
  | { readonly kind: "view"; readonly view: PointView }
  | { readonly kind: "recovery"; readonly recovery: RecoveryResult };

/** Who keeps the log: the plan says so, or the database's platform does. */
export function engineOf({ name, database }: Subject): NonNullable<DatabasePlan["point_in_time"]["engine"]> {
  const { engine, stanza } = database.point_in_time;
  if (engine !== undefined) return engine;
  if (stanza !== undefined) return "pgbackrest";
  if (database.platform === "supabase") return "supabase";
  throw pointErrors.no_engine({ database: name });
}

/**
 * Goes back to a point in time. On a server of the team's own it is a copy first: a person looks at it, keeps a backup of
 * it, or brings single tables over. On Supabase the platform restores production itself. Without `execute` production is only read.
 *
 * @throws those of `parsePoint`, the window's, `recover`'s
 */
export async function recoverPointInTime(
  context: UseCaseContext,
  options: RecoverPointInTimeOptions,
): Promise<PointInTimeResult> {
  const subject = await loadSubject(context, options);
  const point = parsePoint(options.to ?? "", context.clock.now());
  const { table, mode = "missing-rows", timeline = "latest" } = options;
  if (!/^(latest|current|[1-9]\d{0,8})$/.test(timeline)) throw pointErrors.bad_timeline({ text: timeline });
  if (engineOf(subject) === "supabase") {
    const only = (["look", "hold", "table", "save", "intoVault"] as const).find((name) => options[name] !== undefined);
    if (only !== undefined) throw pointErrors.only_platform({ option: `--${only}` });
    await using scratch = await scratchDirectory("nearest-census");
    const build = (site: RecoverySite) => platformMethod(site, asBegun(site, options, point), options, scratch.path);
    return {
      kind: "recovery",
      recovery: await recover(context, options, { kind: "point-in-time", needsVault: true, build }),
    };
  }
  if (table === undefined) {
    if (options.execute === true) throw pointErrors.nothing_to_execute({});
    return { kind: "view", view: await lookAtPoint(context, subject, point, options) };
  }
  await using stack = new AsyncDisposableStack();
  const build = (site: RecoverySite) =>
    tableFromPoint(site, { point: asBegun(site, options, point), table, mode, options, stack });
  return {
    kind: "recovery",
    recovery: await recover(context, options, { kind: "point-in-time", needsVault: true, build }),
  };
}

/** "10 minutes ago" is another time in every run: an unfinished recovery goes on with the one that it began with. */
function asBegun({ context, open }: RecoverySite, { to = "" }: RecoverPointInTimeOptions, point: Point): Point {
  const begun = open?.request.to;
  return isAge(to) && typeof begun === "string" ? parsePoint(begun, context.clock.now()) : point;
}

async function platformMethod(
  { context, subject, target, reports, open }: RecoverySite,
  point: Point,
  { lagSeconds = 300 }: RecoverPointInTimeOptions,
  scratch: string,
): Promise<RecoveryMethod> {
  const { plan, planDirectory, database } = subject;
  const { managed, checks } = database;
  const begun = open?.restore_point?.at;
  let nearest: ReturnType<typeof censusBefore> | undefined;
  return supabasePitr({
    access: platformAccess(context.environment, managed ?? usualNames, context.signal),
    // Once production is being put back, nobody can be asked any more when a transaction of it was.
    point: begun === undefined ? point : { kind: "time", instant: Temporal.Instant.from(begun) },
    // Not "10 minutes ago": the same must be meant when it is asked again.
    asked: showPoint(point),
    target,
    plan,
    planDirectory,
    database,
    teamChecks: checks === undefined ? [] : await loadTeamChecks(join(planDirectory, checks)),
    nearest: (at) => {
      nearest ??= censusBefore(context, { database: subject.name, reports, scratch, at: at.toString() });
      return nearest;
    },
    services: managed?.services ?? [],
    lagSeconds,
    limitSeconds: plan.objectives.rto,
    settleSeconds: Math.min(lagSeconds, 120),
  });
}

interface TableOrder {
  readonly point: Point;
  readonly table: string;
  readonly mode: TableMode;
  readonly options: RecoverPointInTimeOptions;
  readonly stack: AsyncDisposableStack;
}

/** One table out of the copy, by the same means as out of a backup; the copy must be proved first. */
async function tableFromPoint(
  site: RecoverySite,
  { point, table, mode, options, stack }: TableOrder,
): Promise<RecoveryMethod> {
  const { context, subject, target, source } = site;
  const { withDependants = false, withParents = false, keepNewer, timeline } = options;
  const newer = parseKeepNewer(keepNewer, mode);
  await requireTableAndCredential(site, table);
  await requireInWindow(context, subject, point);
  const method = tableMethod({
    production: target,
    table,
    mode,
    withDependants,
    withParents,
    keepNewer: newer,
    decisions: parseDecisions({ map: [], leave: [], retype: [] }),
    skipConflicts: false,
    lockSeconds: 3,
    undoDirectory: resolve(context.workingDirectory, ".ithaca", "undo"),
    request: {
      to: showPoint(point),
      table,
      mode,
      ...(withDependants ? { "with-dependants": true } : {}),
      ...(withParents ? { "with-parents": true } : {}),
      ...(keepNewer === undefined ? {} : { "keep-newer": keepNewer }),
      ...(timeline === undefined ? {} : { timeline }),
    },
    async source() {
      const asked = timeline === undefined ? {} : { timeline };
      const copy = stack.use(await openPointCopy(context, subject, { point, production: source ?? target, ...asked }));
      const { checks, stop, backup, as_of } = copy.proven;
      const wrong = checks.find(({ status }) => status !== "passed");
      if (wrong !== undefined) {
        throw pointErrors.unproven({
          target: showPoint(point),
          why: `${wrong.title}: ${wrong.reason || wrong.actual}`,
        });
      }
      await requireLogged(copy.session, table);
      return {
        target: copy.target,
        restorePoint: { backup: null, at: as_of ?? context.clock.now().toISOString() },
        name: `the server as of ${showPoint(point)}`,
        read: [`The copy began from backup ${backup.label} and stopped ${stop.reason}.`],
      };
    },
  });
  return { ...method, kind: "point-in-time" };
}
