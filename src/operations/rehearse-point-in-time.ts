import { relative } from "node:path";
import { Temporal } from "temporal-polyfill";
import { stopwatch } from "../base/clock.ts";
import { IthacaError } from "../base/errors.ts";
import { scratchDirectory } from "../base/scratch.ts";
import { pgbackrestErrors } from "../recovery/pgbackrest/errors.ts";
import type { PhysicalBackup } from "../recovery/pgbackrest/info.ts";
import { openRepository } from "../recovery/pgbackrest/repository.ts";
import { windowHolds } from "../recovery/point-in-time/pitr-window.ts";
import { instantOf, type Point, showInstant, showPoint } from "../recovery/point-in-time/point.ts";
import type { Verified } from "../recovery/types.ts";
import type { PointReport } from "../report/model.ts";
import { decideVerdict } from "../report/verdict.ts";
import { writeReport } from "../report/write.ts";
import { listBackups } from "../supabase/management/backups.ts";
import { getProject } from "../supabase/management/projects.ts";
import { platformAccess, usualNames } from "../supabase/management/settings.ts";
import { audited } from "./audited.ts";
import { checkArchive } from "./check-archive.ts";
import type { UseCaseContext } from "./context.ts";
import { openPointCopy } from "./point-in-time-copy.ts";
import { engineOf } from "./recover-point-in-time.ts";
import { runFacts } from "./run-facts.ts";
import { loadSubject, reportsDirectory, type Subject, type SubjectOptions, sourceTarget } from "./subject.ts";

/** The archive may be so many minutes behind before a rehearsal finds fault with it. */
const lagMinutes = 15;

export interface RehearsePointInTimeOptions extends SubjectOptions {
  /** 0 to 1: which second of the window; at random unless told otherwise. */
  readonly random?: () => number;
}

type Findings = Pick<PointReport, "point" | "window" | "begun_from" | "stopped" | "checks" | "phases" | "not_covered">;

/**
 * Rehearses the recovery to a second that nobody chose: on the team's own server by restoring it into a throwaway and proving both
 * sides; on a hosted project, whose restore would replace production, by looking at the window only, which the report says. Production is
 * only read. A rehearsal that ends early still leaves a report.
 */
export async function rehearsePointInTime(
  context: UseCaseContext,
  options: RehearsePointInTimeOptions,
): Promise<PointReport> {
  const subject = await loadSubject(context, options);
  const { name: database, plan } = subject;
  const details = { what: "point in time" };
  return await audited(context, { operation: "drill", database, plan, details }, () =>
    rehearse(context, subject, options),
  );
}

async function rehearse(
  context: UseCaseContext,
  subject: Subject,
  options: RehearsePointInTimeOptions,
): Promise<PointReport> {
  const engine = engineOf(subject);
  const startedAt = context.clock.now();
  const random = options.random ?? Math.random;
  const work = engine === "supabase" ? windowOnly(context, subject) : toRandomSecond(context, subject, random);
  const outcome = await work.then(
    (findings) => ({ ...findings, verdict: verdictOf(findings.checks), reason: "" }),
    (thrown: unknown) => early(context, thrown),
  );
  const reports = reportsDirectory(context, subject.plan);
  return await writeReport(
    reports,
    { kind: "point-in-time" as const, database: subject.name, engine, run: runFacts(context, startedAt), ...outcome },
    relative(context.workingDirectory, reports),
  );
}

function verdictOf(checks: PointReport["checks"]): PointReport["verdict"] {
  return decideVerdict({ checks, restore_errors: [], sabotage: null, rehearsal: null });
}

/** What could not be rehearsed to the end is never green. Wrong input and an interruption are told as such. */
function early(context: UseCaseContext, thrown: unknown): Findings & Pick<PointReport, "verdict" | "reason"> {
  context.signal.throwIfAborted();
  if (!(thrown instanceof IthacaError) || thrown.kind === "input" || thrown.kind === "interrupted") throw thrown;
  return {
    verdict: thrown.kind === "failed" ? "failed" : "inconclusive",
    reason: thrown.message,
    point: null,
    window: null,
    begun_from: null,
    stopped: null,
    checks: [],
    phases: [],
    not_covered: [],
  };
}

const asCheck = (check: Verified): PointReport["checks"][number] => ({ ...check, findings: [], seconds: 0 });

/** A second between the oldest backup and now, less the archive's lag: every one of them must be reachable. */
function secondWithin(backups: readonly PhysicalBackup[], now: Date, random: number): Temporal.Instant | null {
  const [newest, oldest] = [backups[0]?.stop, backups.at(-1)?.stop];
  if (newest === undefined || oldest === undefined) return null;
  const until = instantOf(now).subtract({ minutes: lagMinutes });
  const end = Temporal.Instant.compare(until, newest) > 0 ? until : newest;
  const seconds = Math.floor(end.since(oldest).total("seconds") * random);
  return oldest.add({ seconds });
}

async function toRandomSecond(context: UseCaseContext, subject: Subject, random: () => number): Promise<Findings> {
  const { name, database } = subject;
  const stanza = database.point_in_time.stanza ?? name;
  const { backups, archive } = await askArchive(context, stanza);
  const instant = secondWithin(backups, context.clock.now(), random());
  const [oldest] = backups.slice(-1);
  if (instant === null || oldest === undefined) throw pgbackrestErrors.no_backup({ stanza });
  const point: Point = { kind: "time", instant };
  // One second says nothing of the others: a gap elsewhere, or an archive that has stopped growing.
  const archived = await checkArchive(context, subject);
  const seconds = stopwatch();
  await using copy = await openPointCopy(context, subject, { point, production: sourceTarget(context, database) });
  const { checks, phases, backup, damaged, stop } = copy.proven;
  const usable = seconds();
  const destroyed = await copy.destroy();
  const all = [...checks, wholeBackups(damaged), intime(usable, subject.plan.objectives.rto), gone(destroyed)];
  return {
    point: showPoint(point),
    window: { from: showInstant(oldest.stop), to: archive === null ? "an empty archive" : `segment ${archive.max}` },
    begun_from: backup.label,
    stopped: stop.reason,
    checks: [...all.map(asCheck), ...archived.checks],
    phases: [...phases, { name: "cleanup", seconds: Math.max(0, Math.round((seconds() - usable) * 1000) / 1000) }],
    not_covered: archived.notCovered,
  };
}

async function askArchive(context: UseCaseContext, stanza: string) {
  await using scratch = await scratchDirectory("pgbackrest");
  const repository = openRepository({ environment: context.environment, stanza, scratch: scratch.path });
  return await context.progress.step("Ask the archive", () => repository.info(context.signal));
}

/** A recovery goes on with an earlier backup; at a rehearsal it is a fault. */
function wholeBackups(damaged: readonly string[]): Verified {
  return {
    id: "point.backup",
    title: "The newest backup before the point could be restored",
    status: damaged.length === 0 ? "passed" : "failed",
    expected: "no damage",
    actual: damaged.length === 0 ? "no damage" : `damaged: ${damaged.join(", ")}`,
    reason: "",
  };
}

function intime(seconds: number, limit: number): Verified {
  return {
    id: "objectives.rto",
    title: "The copy was there within the recovery time objective",
    status: seconds <= limit ? "passed" : "failed",
    expected: `within ${limit} s`,
    actual: `${seconds.toFixed(1)} s`,
    reason: "",
  };
}

function gone(destroyed: boolean): Verified {
  return {
    id: "isolation.destroyed",
    title: "Nothing of the copy is left",
    status: destroyed ? "passed" : "failed",
    expected: "nothing",
    actual: destroyed ? "nothing" : "something could not be removed",
    reason: "",
  };
}

/** A hosted project can be gone back with only by replacing it, so only the promise of the window is looked at. */
async function windowOnly(context: UseCaseContext, { database }: Subject): Promise<Findings> {
  const { api, ref } = platformAccess(context.environment, database.managed ?? usualNames, context.signal);
  const seconds = stopwatch();
  const { created, pitrEnabled, window } = await context.progress.step("Ask the platform", async () => {
    const { created_at: created } = await getProject(api, ref);
    return { created, ...(await listBackups(api, ref)) };
  });
  const check = windowHolds(
    { pitrEnabled, window },
    database.managed?.pitr_window ?? 7 * 86_400,
    created,
    context.clock.now(),
  );
  return {
    point: null,
    window: window === null ? null : { from: window.earliest, to: window.latest },
    begun_from: null,
    stopped: null,
    checks: [asCheck(check)],
    phases: [{ name: "window", seconds: seconds() }],
    not_covered: [
      {
        what: "the restore itself",
        why: "the platform restores over production only, so it cannot be rehearsed there",
      },
    ],
  };
}
