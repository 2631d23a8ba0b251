import { setTimeout as sleep } from "node:timers/promises";
import { scratchDirectory } from "../base/scratch.ts";
import { duration } from "../plan/schema.ts";
import type { Target } from "../postgres/types.ts";
import { pgbackrestErrors } from "../recovery/pgbackrest/errors.ts";
import { openRepository } from "../recovery/pgbackrest/repository.ts";
import { pointErrors } from "../recovery/point-in-time/errors.ts";
import { type LookRequest, parseLook, type UnsafeSight, unsafeLook } from "../recovery/point-in-time/look.ts";
import { type Point, showInstant, showPoint } from "../recovery/point-in-time/point.ts";
import { compareStates, readState, type TableChange } from "../recovery/point-in-time/state.ts";
import { requireWithin } from "../recovery/point-in-time/window.ts";
import type { Verdict } from "../report/model.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import { openPointCopy, type PointCopy, type ProvenPoint } from "./point-in-time-copy.ts";
import { requireRoomToSave, type SavedPoint, type SaveOptions, savePoint } from "./save-point.ts";
import { type Subject, sourceTarget } from "./subject.ts";

export interface LookOptions extends SaveOptions {
  /** Records to show then and now, such as `public.children:42`: for a terminal only. */
  readonly look?: readonly string[];
  /** How long the copy stays for a person to look around in it with psql, such as `30m`. */
  readonly hold?: string;
  /** `latest`, `current` or a number. */
  readonly timeline?: string;
}

/** One record then and now, **with its values**. */
export interface UnsafeRecord {
  readonly record: string;
  readonly was: UnsafeSight;
  /** Null where production does not answer. */
  readonly is: UnsafeSight | null;
}

/** What a look at a point in time showed. Nothing of production was changed. */
export interface PointView {
  readonly engine: "pgbackrest";
  readonly verdict: Verdict;
  readonly database: string;
  readonly point: string;
  /** The window's beginning; its end is where the archive ends. */
  readonly window: { readonly from: string; readonly archive: string };
  readonly proven: Omit<ProvenPoint, "point">;
  /** Tables then and now; empty where production does not answer. */
  readonly changes: readonly TableChange[];
  readonly unsafeRecords: readonly UnsafeRecord[];
  /** Where the copy's backup went; null where none was asked for. */
  readonly saved: SavedPoint | null;
  readonly destroyed: boolean;
  /** What a person can do with what was seen. */
  readonly next_steps: readonly string[];
}

/**
 * Lets a person look at production as it was: proves both sides of the point, tells what happened around it, compares each
 * table with now, shows single records, and keeps a backup of it where that is asked for.
 */
export async function lookAtPoint(
  context: UseCaseContext,
  subject: Subject,
  point: Point,
  options: LookOptions,
): Promise<PointView> {
  const requests = (options.look ?? []).map((text) => ({ text, request: parseLook(text) }));
  if (requests.length > 0 && context.environment.GITHUB_ACTIONS === "true") throw pointErrors.not_a_terminal({});
  const hold = readHold(options.hold);
  // Before hours of work, rather than after them.
  await requireRoomToSave(context, options);
  const window = await requireInWindow(context, subject, point);
  const production = sourceTarget(context, subject.database);
  const timeline = options.timeline === undefined ? {} : { timeline: options.timeline };
  await using copy = await openPointCopy(context, subject, { point, production, ...timeline });
  const { point: physical, ...proven } = copy.proven;
  const changes = copy.production === null ? [] : await compareWithNow(context, subject, copy);
  const unsafeRecords = await lookAtRecords(copy, requests);
  const whole = proven.checks.every(({ status }) => status !== "failed");
  const saved = whole ? await savePoint(context, subject, copy, options) : null;
  if (hold !== null) await holdCopy(context, copy.target, hold);
  const destroyed = await copy.destroy();
  return {
    engine: "pgbackrest",
    verdict: verdictOf(proven, destroyed),
    database: subject.name,
    point: showPoint(point),
    window,
    proven,
    changes,
    unsafeRecords,
    saved,
    destroyed,
    next_steps: nextSteps(subject, point, proven, saved),
  };
}

function readHold(text: string | undefined): number | null {
  if (text === undefined) return null;
  const parsed = duration.safeParse(text);
  if (!parsed.success) throw operationErrors.bad_duration({ option: "--hold", text });
  return parsed.data;
}

/** Holds the point against what the repository has before anything is restored. */
export async function requireInWindow(
  context: UseCaseContext,
  { name, database }: Subject,
  point: Point,
): Promise<PointView["window"]> {
  await using scratch = await scratchDirectory("pgbackrest");
  const stanza = database.point_in_time.stanza ?? name;
  const repository = openRepository({ environment: context.environment, stanza, scratch: scratch.path });
  const found = await context.progress.step("Ask the archive", () => repository.info(context.signal));
  const { backups, archive, only } = found;
  if (only !== null) context.progress.warn(`Of pgBackRest's repositories only ${only.repository} is used: ${only.why}`);
  const oldest = backups.at(-1);
  if (oldest === undefined) throw pgbackrestErrors.no_backup({ stanza });
  requireWithin(point, { from: oldest.stop, to: null }, context.clock.now());
  return {
    from: showInstant(oldest.stop),
    archive: archive === null ? "empty" : `${archive.min} to ${archive.max}`,
  };
}

function compareWithNow(
  { progress, clock }: UseCaseContext,
  { database }: Subject,
  copy: PointCopy,
): Promise<TableChange[]> {
  return progress.step("Compare with now", async (note) => {
    const order = { database, now: clock.now(), note };
    const then = await readState(copy.target, order);
    const now = copy.production === null ? then : await readState(copy.production.target, order);
    return compareStates(then, now);
  });
}

async function lookAtRecords(
  copy: PointCopy,
  requests: readonly { text: string; request: LookRequest }[],
): Promise<UnsafeRecord[]> {
  const records: UnsafeRecord[] = [];
  for (const { text, request } of requests) {
    const is = copy.production === null ? null : await unsafeLook(copy.production, request);
    records.push({ record: text, was: await unsafeLook(copy.session, request), is });
  }
  return records;
}

async function holdCopy(
  { progress, signal }: UseCaseContext,
  { host, port, user, database, options = "" }: Target,
  seconds: number,
) {
  const where = `psql "host=${host} port=${port} user=${user} dbname=${database} options='${options}'"`;
  await progress.step(`Open for ${seconds} s: ${where}`, () =>
    // Whoever has seen enough ends it: the copy goes, and what was found is still told.
    sleep(seconds * 1000, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
  );
}

function verdictOf({ checks }: Omit<ProvenPoint, "point">, destroyed: boolean): Verdict {
  if (checks.some(({ status }) => status === "failed") || !destroyed) return "failed";
  return checks.every(({ status }) => status === "passed") ? "proven" : "inconclusive";
}

function nextSteps(
  { name, database }: Subject,
  point: Point,
  { backup, stop }: Omit<ProvenPoint, "point">,
  saved: PointView["saved"],
): string[] {
  const stanza = database.point_in_time.stanza ?? name;
  return [
    `One table back: npm run ithaca -- recover point-in-time --to "${showPoint(point)}" --table public.<table> --mode missing-rows`,
    ...(saved === null
      ? ["The whole database back: run this again with --save <folder>, and it says how to go on."]
      : [`The whole database back: npm run ithaca -- recover full --into side-by-side ${saved.where}`]),
    `The whole server back, by hand on its own host: stop PostgreSQL, keep a copy of its data directory, and run as its OS user: ${restoreCommand(stanza, backup, stop, point)}; start it, and take a full backup at once.`,
  ];
}

/** What a person runs on production's own host; the position is the one that was proved, not the clock's. */
function restoreCommand(
  stanza: string,
  backup: ProvenPoint["backup"],
  stop: ProvenPoint["stop"],
  point: Point,
): string {
  const target =
    point.kind === "latest"
      ? "--type=default"
      : `--type=lsn --target=${stop.lsn} --target-exclusive --target-action=promote`;
  return `pgbackrest --stanza=${stanza} --delta --set=${backup.label} ${target} --target-timeline=${stop.timeline} restore`;
}
