import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { IthacaError } from "../../base/errors.ts";
import { resolveScope } from "../../census/scope.ts";
import { connect } from "../../postgres/connect.ts";
import { listBackups, restoreToPointInTime } from "../../supabase/management/backups.ts";
import { getProject, healthy } from "../../supabase/management/projects.ts";
import { waitUntil } from "../../supabase/management/wait.ts";
import { compareWithNow } from "../losses.ts";
import { readMarker } from "../marker.ts";
import type { Notes, RecoveryMethod, StepContext } from "../types.ts";
import { pointErrors } from "./errors.ts";
import { examineWithoutSource } from "./examine.ts";
import { criticalThere, markerGone, nothingYounger, servicesWell } from "./pitr-checks.ts";
import { platformSecond } from "./pitr-target.ts";
import { hazardsOf, previewTexts } from "./pitr-texts.ts";
import type { PlatformRecovery } from "./platform-recovery.ts";
import { type Point, showInstant } from "./point.ts";
import { requireWithin } from "./window.ts";

const lossSchema = z.object({
  table: z.string(),
  rows_now: z.number().nullable(),
  rows_then: z.number().nullable(),
  younger: z.number().nullable(),
});

/** What a later run must know. */
const notesSchema = z.object({
  /** When the platform was asked; absent as long as it was not. */
  asked_at: z.iso.datetime().optional(),
  /** When it was seen that the marker had gone; from then on it stands there again. */
  restored_at: z.iso.datetime().optional(),
  /** Production's tables right before, with the rows that are younger than the point. */
  before: z.array(lossSchema).default([]),
});
const notesOf = (notes: Notes) => notesSchema.parse(notes);

/**
 * The platform's own point-in-time recovery. It replaces production as a whole and cannot be taken back but by another
 * one. That it has happened is shown by the marker: it was written after the point, so that a restored database does not have it.
 */
export function supabasePitr(recovery: PlatformRecovery): RecoveryMethod {
  const { access, target, database } = recovery;
  const { api, ref } = access;
  let chosen: Temporal.Instant | undefined;
  const second = async () => {
    chosen ??= await chooseSecond(recovery);
    return chosen;
  };
  const look = () => lookAt(recovery);
  return {
    kind: "point-in-time",
    mode: "supabase-pitr",
    request: { to: recovery.asked },
    marker: target,
    async select({ notes }) {
      const at = await second();
      // Once the platform was asked, the window has become another one.
      if (notesOf(notes).asked_at === undefined) await requireInWindow(recovery, at);
      return { backup: null, at: at.toString({ smallestUnit: "second" }) };
    },
    async preview({ clock }) {
      const at = await second();
      const { losses, timestamps } = await lossesBeyond(recovery, at);
      const project = await getProject(api, ref);
      return {
        ...previewTexts(ref, showInstant(at)),
        losses,
        timestamps,
        estimate: {
          phases: [],
          seconds: null,
          basis: "the platform's own speed was never measured here; users report 30 to 80 s for up to 700 MB",
        },
        hazards: await hazardsOf(target, clock.now(), at),
        obstacles: project.status === healthy ? [] : [`The project is ${project.status}, not ${healthy}.`],
        details: [],
      };
    },
    withoutSafetyBackup: () => Promise.resolve(null),
    // Nobody can keep writers away from a hosted project; what they write until it goes down is counted as lost.
    async quiesce(step) {
      if (notesOf(step.notes).asked_at === undefined) {
        const { losses } = await lossesBeyond(recovery, await second());
        await step.note({ before: losses.map((one) => ({ ...one })) });
      }
      return { writtenSince: false };
    },
    async inspect(step) {
      const { asked_at, restored_at } = notesOf(step.notes);
      if (asked_at === undefined) {
        return { standing: "untouched", says: "The platform had not been asked yet; it is asked now." };
      }
      const done = "The platform has restored it; it is verified now.";
      if (restored_at !== undefined) return { standing: "done", says: done };
      const { status } = await getProject(api, ref);
      const seen = `The platform had been asked, and the project was ${status}`;
      // While it is down nothing can be noted in it: so it is waited for here.
      if (await begins(recovery)) {
        await waitForRestore(recovery, step);
        return { standing: "done", says: `${seen}. ${done}` };
      }
      return { standing: "begun", says: `${seen}, and nothing has happened since: it is asked once more.` };
    },
    execute: async (step) => execute(recovery, step, await second()),
    async verify(step) {
      const services = await servicesWell(recovery, step);
      const { checks, not_covered, census } = await examineWithoutSource(target, recovery, step);
      const at = (await second()).toString({ smallestUnit: "second" });
      const { losses } = await lossesBeyond(recovery, await second());
      const { before } = notesOf(step.notes);
      return {
        checks: [
          markerGone(notesOf(step.notes).restored_at),
          ...services,
          nothingYounger(losses, at),
          criticalThere(database, census.tables),
          ...checks,
        ],
        losses: before.map((one) => ({ ...one, rows_then: census.tables[one.table]?.rows ?? null })),
        not_covered,
      };
    },
    async rollBack({ notes }) {
      if (notesOf(notes).asked_at === undefined) {
        return { undone: true, says: "The platform was not asked: production is as it was." };
      }
      const { restored, state } = await look();
      const found = restored ? "restored, and not verified" : state;
      const says = `The project is ${found}. What was there before is in the safety backup: \`recover full\` brings it back; so does another point in time, as long as the window holds it.`;
      return { undone: false, says };
    },
    release: async () => {},
    nextSteps: () => [
      "Files of Storage were not brought back, only their rows: compare the buckets.",
      "Sign-ins, keys and users are as they were then: tell people whose accounts are younger.",
      "Replication slots and subscriptions of your own must be made anew.",
    ],
  };
}

async function chooseSecond({ point, target, database }: PlatformRecovery): Promise<Temporal.Instant> {
  if (point.kind === "time") return platformSecond(point, null, database.point_in_time.migrations);
  await using session = await connect(target, { readOnly: true });
  return await platformSecond(point, session, database.point_in_time.migrations);
}

/** Holds the second against the platform's window, which lags a minute or two behind: within reach of that it is waited for. */
async function requireInWindow({ access, lagSeconds }: PlatformRecovery, at: Temporal.Instant): Promise<void> {
  const { api, ref } = access;
  const where = `Supabase project ${ref}`;
  const point: Point = { kind: "time", instant: at };
  let latest: Temporal.Instant | undefined;
  const asked = Date.now();
  try {
    await waitUntil(api, `The archive of ${ref} up to ${showInstant(at)}`, lagSeconds, async () => {
      const { pitrEnabled, window } = await listBackups(api, ref);
      if (!pitrEnabled) throw pointErrors.no_window({ where, why: "point-in-time recovery is off" });
      if (window === null) throw pointErrors.no_window({ where, why: "the platform has no backup to begin from yet" });
      const from = Temporal.Instant.from(window.earliest);
      latest = Temporal.Instant.from(window.latest);
      const behind = at.since(latest).total("seconds");
      // Too early, in the future, or so far beyond the end that no lag explains it.
      requireWithin(point, { from, to: behind > 0 && behind <= lagSeconds ? null : latest }, new Date(asked));
      return behind > 0
        ? { done: false, state: `the archive reaches ${showInstant(latest)}` }
        : { done: true, value: true };
    });
  } catch (error) {
    if (!(error instanceof IthacaError) || error.id !== "platform.not_reached" || latest === undefined) throw error;
    throw pointErrors.not_archived_yet({ target: showInstant(at), reaches: showInstant(latest), seconds: lagSeconds });
  }
}

async function lossesBeyond({ target, database }: PlatformRecovery, at: Temporal.Instant) {
  await using session = await connect(target, { readOnly: true });
  const scope = await resolveScope(session, database);
  return await compareWithNow(session, { scope, database, restored: null, at: at.toString() });
}

/** How the project stands: restored means that it serves, and that what was written after the point is gone. */
async function lookAt({ access, target }: PlatformRecovery): Promise<{ restored: boolean; state: string }> {
  const { status } = await getProject(access.api, access.ref);
  if (status !== healthy) return { restored: false, state: status };
  try {
    // A server that answers without its database is not there yet.
    await (await connect(target, { readOnly: true }))[Symbol.asyncDispose]();
    return { restored: (await readMarker(target)) === null, state: status };
  } catch (error) {
    // The platform calls it healthy, and it does not let us in yet.
    if (error instanceof IthacaError && error.kind === "surroundings")
      return { restored: false, state: "not answering yet" };
    throw error;
  }
}

/** Asks the platform, and waits. An earlier run's request that did anything has been waited for by `inspect`. */
async function execute(recovery: PlatformRecovery, step: StepContext, at: Temporal.Instant): Promise<void> {
  const { api, ref } = recovery.access;
  if (notesOf(step.notes).restored_at !== undefined) return;
  await step.assertAlone();
  await step.note({ asked_at: step.clock.now().toISOString() });
  await restoreToPointInTime(api, ref, new Date(at.epochMilliseconds));
  await waitForRestore(recovery, step);
}

/** Waits until the project serves again without the marker, and notes that before the marker is written again. */
async function waitForRestore(recovery: PlatformRecovery, step: StepContext): Promise<void> {
  const { access, limitSeconds } = recovery;
  await step.progress.step("Wait for the platform", (note) =>
    waitUntil(
      access.api,
      `Project ${access.ref} restored`,
      limitSeconds,
      async () => {
        const { restored, state } = await lookAt(recovery);
        if (state === "RESTORE_FAILED") throw pointErrors.platform_failed({ project: access.ref, state });
        return restored ? { done: true, value: true } : { done: false, state };
      },
      note,
    ),
  );
  await step.note({ restored_at: step.clock.now().toISOString() });
}

/** Whether a restore that an earlier run asked for has begun: the project leaves its healthy state, or has lost the marker. */
async function begins(recovery: PlatformRecovery): Promise<boolean> {
  try {
    return await waitUntil(recovery.access.api, "A restore that was asked for", recovery.settleSeconds, async () => {
      const { restored, state } = await lookAt(recovery);
      return restored || state !== healthy ? { done: true, value: true } : { done: false, state };
    });
  } catch (error) {
    if (error instanceof IthacaError && error.id === "platform.not_reached") return false;
    throw error;
  }
}
