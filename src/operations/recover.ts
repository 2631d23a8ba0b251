import { join, relative } from "node:path";
import type { IthacaError } from "../base/errors.ts";
import { duration } from "../plan/schema.ts";
import { refuseLentSessions } from "../postgres/pooler.ts";
import { parseTarget } from "../postgres/target.ts";
import type { Target } from "../postgres/types.ts";
import { beginIncident } from "../recovery/begin-incident.ts";
import { driveRecovery } from "../recovery/drive.ts";
import { recoveryErrors } from "../recovery/errors.ts";
import { assertIncidentId, incidentsDirectory, newIncidentId } from "../recovery/incident.ts";
import { awaitRecoveryLock } from "../recovery/lock.ts";
import { boundToShown } from "../recovery/shown.ts";
import type { Incident, RecoveryKind, RecoveryMethod } from "../recovery/types.ts";
import type { RecoveryReport, Verdict } from "../report/model.ts";
import { openVault } from "../vault/vault.ts";
import { audited, recordRefused } from "./audited.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { readInstant } from "./instant.ts";
import { keepShown, shownBefore } from "./recover-shown.ts";
import { onlyWhereItBelongs } from "./recover-where.ts";
import { recoveryHooks } from "./recovery-hooks.ts";
import { runFacts } from "./run-facts.ts";
import { loadSubject, reportsDirectory, type Subject, type SubjectOptions, sourceTarget } from "./subject.ts";
import { withTimeLeft } from "./time-left.ts";
import { assertSameRequest, assertStillSo, assertUnused, findUnfinished, refuseAnother } from "./unfinished.ts";

/** What every recovery is asked with, whatever it restores. */
export interface RecoverOptions extends SubjectOptions {
  /** Do it; without it there is only the plan. */
  readonly execute?: boolean;
  /** The plan's name of the database, typed by a person. */
  readonly confirm?: string;
  /**
   * Whether only what is unfinished may be gone on with: a run that GitHub starts again comes with the name that was typed
   * for an earlier attempt. One that is red only because its report was not published would recover a second time.
   */
  readonly onlyGoOn?: boolean;
  /** The incident to begin or to go on with; a new one unless told otherwise. */
  readonly incident?: string;
  readonly reason?: string;
  /** When the damage was done, ISO 8601. */
  readonly incidentAt?: string;
  /** How long to watch afterwards, such as `1h`; as the plan says unless told otherwise. */
  readonly watch?: string;
  /** Seconds between two looks while watching. */
  readonly watchInterval?: number;
}

/** Where a recovery is done: what a method is built from. */
export interface RecoverySite {
  readonly context: UseCaseContext;
  readonly subject: Subject;
  /** The database to recover, with the credential that may write. A preview without that credential has the reading one. */
  readonly target: Target;
  /** Production as the reading credential leads to it; null where that is not set. */
  readonly source: Target | null;
  /** Absolute path of the reports' folder. */
  readonly reports: string;
  /**
   * The unfinished recovery to go on with; null where a new one begins. Its `restore_point` counts instead of what the
   * options say: `latest` is the safety backup by now.
   */
  readonly open: Incident | null;
}

export interface RecoveryResult {
  readonly verdict: Verdict;
  /** What the verdict cannot tell: a plan that could not be carried out as it stands. */
  readonly obstacles: readonly string[];
  readonly incident: Incident;
  /** The recovery that has not come to its end, which an execution goes on with; null where it would begin one. */
  readonly unfinished: string | null;
  /** Path of the incident file as people name it; null for a preview, which writes nothing. */
  readonly file: string | null;
  readonly report: RecoveryReport["report"] | null;
}

/** What the three recoveries differ in. */
export interface RecoveryRequest {
  readonly kind: RecoveryKind;
  /** Whether it takes a safety backup whatever it finds: then there must be a vault before anything is done. */
  readonly needsVault: boolean;
  /** Reads only; may throw for wrong input. Called before the lock is taken. */
  readonly build: (site: RecoverySite) => Promise<RecoveryMethod>;
}

/**
 * Plans a recovery, and with `execute` does it: the one way in for all three. The preview is the default and writes
 * nothing but itself, into `.ithaca`. An execution goes on with an unfinished recovery where there is one; one that names
 * the incident of a plan is refused where it would do worse than that has shown. Every execution is recorded, a refused one too.
 *
 * @throws recovery.not_confirmed and vault.not_configured, before anything of production is read; recovery.unfinished, recovery.other_request,
 * recovery.incident_ended, recovery.run_again; recovery.locked, recovery.overtaken; what `build` throws
 */
export async function recover(
  context: UseCaseContext,
  options: RecoverOptions,
  request: RecoveryRequest,
): Promise<RecoveryResult> {
  const subject = await loadSubject(context, options);
  const preparation = prepare(context, options, request, subject);
  if (options.execute !== true) return await (await preparation).work();
  const { kind } = request;
  const operation = { operation: "recovery", database: subject.name, plan: subject.plan } as const;
  const { incident, mode, work } = await preparation.catch((thrown: unknown) => {
    const details = { kind, reason: options.reason ?? "" };
    return recordRefused(context, { ...operation, details }, thrown);
  });
  const details = { incident: incident.id, kind, mode, reason: incident.reason };
  return await audited(context, { ...operation, details }, async (notes) => {
    const result = await work();
    notes.note({
      outcome: result.incident.state.outcome,
      safety_backup: result.incident.safety_backups.at(-1)?.id ?? null,
    });
    return result;
  });
}

/** A recovery that may be previewed or carried out: `work` does which of both was asked for. */
interface Prepared {
  readonly incident: Incident;
  readonly mode: RecoveryMethod["mode"];
  readonly work: () => Promise<RecoveryResult>;
}

/** Refuses what must not be begun, and finds out how the rest is done. Reads only. */
async function prepare(
  context: UseCaseContext,
  options: RecoverOptions,
  { kind, needsVault, build }: RecoveryRequest,
  subject: Subject,
): Promise<Prepared> {
  const execute = options.execute === true;
  if (execute && options.confirm !== subject.name) {
    throw recoveryErrors.not_confirmed({ database: subject.name, given: options.confirm ?? null });
  }
  if (options.incident !== undefined) assertIncidentId(options.incident);
  if (execute && needsVault) openVault({ ...context.environment });
  const watchSeconds = readDuration(options.watch) ?? subject.database.recovery.watch;
  const reports = reportsDirectory(context, subject.plan);
  const target = recoveryTarget(context, subject, execute);
  const source = sourceTarget(context, subject.database);
  // Settings, locks and temporary tables would be left in sessions that the application is given next.
  await Promise.all((source === null ? [target] : [target, source]).map((one) => refuseLentSessions(one)));
  const place = { reports, name: subject.name, target };
  const unfinished = await findUnfinished(place, "no marker");
  const open = execute ? unfinished : null;
  if (execute && open === null && options.onlyGoOn === true) throw recoveryErrors.run_again({ database: subject.name });
  if (open !== null) refuseAnother(open, kind, options.incident);
  else if (options.incident !== undefined) await assertUnused(reports, options.incident);
  const built = await build({ context, subject, target, source, reports, open });
  if (open !== null) assertSameRequest(open, built);
  const credential = { target, source, variable: subject.database.recovery.url_secret };
  const found = await onlyWhereItBelongs(built, credential, open);
  const shown = execute && open === null ? await shownBefore(context, options.incident, found) : null;
  const method = shown === null ? found : boundToShown(found, shown);
  // The command that a plan names goes on with what is unfinished: any other incident would be refused.
  const id = options.incident ?? unfinished?.id;
  const incident =
    open ?? newIncident(context, subject, { ...options, ...(id === undefined ? {} : { incident: id }) }, method);
  if (!execute && unfinished !== null) {
    context.progress.warn(`The recovery ${unfinished.id} has not come to its end: --execute goes on with it.`);
  }

  const settings = { subject, target, reports, watchSeconds, watchInterval: options.watchInterval };
  const hooks = recoveryHooks(context, settings);
  const drive = async () => {
    // What another run has begun may have taken production down.
    const patience = open !== null && method.downMeanwhile === true ? subject.plan.objectives.rto : 0;
    await using lock = execute ? await awaitRecoveryLock(target, patience, context.signal) : null;
    if (execute) await assertStillSo(place, open);
    const kindOfWork = { of: "recovery", method: `${kind}, ${method.mode}` } as const;
    const { progress, clock, signal } = execute ? await withTimeLeft(context, subject, kindOfWork) : context;
    return await driveRecovery({ method, target, incident, execute, lock, hooks, progress, clock, signal });
  };
  const work = async () => {
    const { incident: ended, fault } = await drive();
    if (!execute) await keepShown(context, ended);
    const shown = relative(context.workingDirectory, join(incidentsDirectory(reports), `${ended.id}.json`));
    return {
      verdict: verdictOf(ended, fault),
      reason: fault?.message ?? "",
      obstacles: execute ? [] : (ended.preview?.obstacles ?? []),
      incident: ended,
      unfinished: unfinished?.id ?? null,
      file: execute ? shown : null,
      report: hooks.report(),
    };
  };
  return { incident, mode: method.mode, work };
}

function readDuration(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = duration.safeParse(text);
  if (parsed.success) return parsed.data;
  throw operationErrors.bad_duration({ option: "--watch", text });
}

function recoveryTarget(context: UseCaseContext, { database }: Subject, execute: boolean): Target {
  const variable = database.recovery.url_secret;
  const url = context.environment[variable];
  if (url !== undefined && url !== "") return parseTarget(url, variable);
  const source = execute ? null : sourceTarget(context, database);
  if (source === null) throw recoveryErrors.no_writing_credential({ variable });
  return source;
}

function newIncident(
  context: UseCaseContext,
  { name }: Subject,
  { incident, reason = "", incidentAt }: RecoverOptions,
  method: RecoveryMethod,
): Incident {
  const now = context.clock.now();
  return beginIncident({
    id: incident ?? newIncidentId(name, now),
    database: name,
    reason,
    incident_at: incidentAt === undefined ? null : readInstant("--incident-at", incidentAt).toISOString(),
    actor: runFacts(context, now).actor,
    method,
    now,
  });
}

/** What the exit code says: recovered or planned is 0, a person or the backup is 1, everything around it is 3. */
export function verdictOf({ state }: Incident, fault: IthacaError | null): Verdict {
  if (state.outcome === "recovered" || state.outcome === "previewed") return "proven";
  if (state.outcome === "needs_person") return "failed";
  return fault?.kind === "failed" ? "failed" : "inconclusive";
}
