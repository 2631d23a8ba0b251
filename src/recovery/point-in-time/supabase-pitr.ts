import type { Temporal } from "temporal-polyfill";
import { resolveScope } from "../../census/scope.ts";
import { connect } from "../../postgres/connect.ts";
import { getProject, healthy } from "../../supabase/management/projects.ts";
import { compareWithNow } from "../losses.ts";
import type { RecoveryMethod } from "../types.ts";
import { examineWithoutSource } from "./examine.ts";
import { readMeanwhile } from "./nearest-census.ts";
import { criticalThere, markerGone, nothingYounger, servicesWell } from "./pitr-checks.ts";
import { comparedWith, withNearest } from "./pitr-nearest.ts";
import { notesOf } from "./pitr-notes.ts";
import { hazardsOf, previewTexts } from "./pitr-texts.ts";
import { askAndWait, begins, lookAt, waitForRestore } from "./pitr-wait.ts";
import { chooseSecond, requireInWindow } from "./pitr-window.ts";
import type { PlatformRecovery } from "./platform-recovery.ts";
import { showInstant } from "./point.ts";

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
  return {
    kind: "point-in-time",
    mode: "supabase-pitr",
    request: { to: recovery.asked },
    marker: target,
    downMeanwhile: true,
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
        details: [{ title: "What it is compared with afterwards", lines: await comparedWith(recovery, at) }],
      };
    },
    withoutSafetyBackup: () => Promise.resolve(null),
    // Nobody can keep writers away from a hosted project; what they write until it goes down is counted as lost.
    async quiesce(step) {
      if (notesOf(step.notes).asked_at === undefined) {
        const { losses } = await lossesBeyond(recovery, await second());
        const nearest = await recovery.nearest(await second());
        const meanwhile = typeof nearest === "string" ? {} : { meanwhile: await readMeanwhile(target, nearest) };
        await step.note({ before: losses.map((one) => ({ ...one })), ...meanwhile });
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
      if (await begins(recovery, step)) {
        await waitForRestore(recovery, step);
        return { standing: "done", says: `${seen}. ${done}` };
      }
      return { standing: "begun", says: `${seen}, and nothing has happened since: it is asked once more.` };
    },
    execute: async (step) => askAndWait(recovery, step, await second()),
    async verify(step) {
      const services = await servicesWell(recovery, step);
      const { checks, not_covered, census } = await examineWithoutSource(target, recovery, step);
      const { before, asked_at, meanwhile } = notesOf(step.notes);
      const nearest = await withNearest(recovery, await second(), meanwhile, census, step.signal);
      const at = (await second()).toString({ smallestUnit: "second" });
      // The application writes again the moment it is back: what is younger than the request was not there to be undone.
      const { losses } = await lossesBeyond(recovery, await second(), asked_at);
      return {
        checks: [
          markerGone(notesOf(step.notes).restored_at),
          ...services,
          nothingYounger(losses, at),
          criticalThere(database, census.tables),
          ...nearest.checks,
          ...checks,
        ],
        losses: before.map((one) => ({ ...one, rows_then: census.tables[one.table]?.rows ?? null })),
        not_covered: [...not_covered, ...nearest.not_covered],
      };
    },
    async rollBack(step) {
      if (notesOf(step.notes).asked_at === undefined) {
        return { undone: true, says: "The platform has begun nothing: production is as it was." };
      }
      const { restored, state } = await lookAt(recovery, step);
      const found = restored ? "restored, and not verified" : state;
      const says = `The project is ${found}. What was there before is in the safety backup: \`recover full\` brings it back; so does another point in time, as long as the window holds it.`;
      return { undone: false, says };
    },
    // The platform goes on without us: whoever asks again would have it restored twice.
    stays: async ({ notes }) => notesOf(notes).asked_at !== undefined,
    release: async () => {},
    nextSteps: () => [
      "Files of Storage were not brought back, only their rows: compare the buckets.",
      "Sign-ins, keys and users are as they were then: tell people whose accounts are younger.",
      "Replication slots and subscriptions of your own must be made anew.",
    ],
  };
}

async function lossesBeyond({ target, database }: PlatformRecovery, at: Temporal.Instant, until?: string) {
  await using session = await connect(target, { readOnly: true });
  const scope = await resolveScope(session, database);
  const younger = { at: at.toString(), ...(until === undefined ? {} : { until }) };
  return await compareWithNow(session, { scope, database, restored: null, ...younger });
}
