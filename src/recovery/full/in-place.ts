import { z } from "zod";
import { readInventory } from "../../census/inventory.ts";
import { connect } from "../../postgres/connect.ts";
import { describeTarget } from "../../postgres/target.ts";
import type { Target } from "../../postgres/types.ts";
import { assertIdentity } from "../identity.ts";
import { lossSchema, verifiedSchema } from "../incident.ts";
import { markerSchema } from "../marker.ts";
import type { Notes, RecoveryMethod, StepContext } from "../types.ts";
import { openWritingSession } from "../writing-session.ts";
import { examineFlows } from "./flows.ts";
import { readGround } from "./in-place/ground.ts";
import { type HeldTables, holdTables } from "./in-place/hold.ts";
import { expectedInPlace } from "./in-place/kept.ts";
import { leftByAnEarlier } from "./in-place/left-read-only.ts";
import { contentOfProject, previewNewProject } from "./in-place/new-project.ts";
import { obstaclesInPlace } from "./in-place/obstacles.ts";
import { restoreInPlace } from "./in-place/transaction.ts";
import {
  activeJobs,
  collectCounts,
  horizonNow,
  keepWritersAway,
  letWritersIn,
  readOnlySetting,
  stillClosed,
  switchJobs,
  writtenSoFar,
} from "./in-place/writers.ts";
import { previewFull, whereTo } from "./preview.ts";
import type { FullRecovery } from "./types.ts";

const notesSchema = z.object({
  /** The server's count of written rows when the safety backup began. */
  written: z.string().optional(),
  /** The oldest transaction that was under way then. */
  horizon: z.string().optional(),
  /** What the database said of read-only transactions before; absent until it was asked. */
  read_only: z.string().nullable().optional(),
  /** Jobs that are to be switched on again. */
  jobs: z.array(z.string()).optional(),
  /** The ended recovery that has left production read only, and from which the two above are taken. */
  inherited_from: z.string().optional(),
  /** Sentences: what was let in otherwise than it should be. */
  still_closed: z.array(z.string()).default([]),
  losses: z.array(lossSchema).default([]),
  not_covered: z.array(z.object({ what: z.string(), why: z.string() })).default([]),
  checks: z.array(verifiedSchema).default([]),
});
const readNotes = (notes: Notes) => notesSchema.parse(notes);

/** Whether the one transaction of this incident was committed. */
async function isCommitted(target: Target, incidentId: string): Promise<boolean> {
  await using session = await openWritingSession(target, "ithaca recovery");
  const [there] = await session.query<{ there: boolean }>(
    `SELECT to_regclass('${markerSchema}.done') IS NOT NULL AS there`,
  );
  if (there?.there !== true) return false;
  return (await session.query(`SELECT FROM ${markerSchema}.done WHERE id = $1`, [incidentId])).length > 0;
}

/**
 * Restores rows, and the application's own definitions where they differ, into a database whose platform schemas cannot
 * be dropped, as in a hosted project. Everything happens in one transaction, the proof included.
 */
export const inPlace = (recovery: FullRecovery): RecoveryMethod => withinPlatform(recovery, "production");

/** The same into a new project, which a platform has set up already and which holds nothing of the team's yet. */
export const intoNewProject = (recovery: FullRecovery): RecoveryMethod => withinPlatform(recovery, "another");

function withinPlatform(recovery: FullRecovery, where: "production" | "another"): RecoveryMethod {
  const { target } = recovery;
  const fresh = where === "another";
  let held: HeldTables | null = null;

  const letGo = async () => {
    await held?.[Symbol.asyncDispose]();
    held = null;
  };
  const hold = async (step: StepContext) => {
    await letGo();
    held = await holdTables(recovery, await recovery.backup(), step.signal).catch((error: unknown) => {
      step.signal.throwIfAborted();
      throw error;
    });
    return held;
  };
  /** Nobody can write any more, so what this says stays true. What a new project held was nothing. */
  const isWritten = async (tables: HeldTables, notes: Notes): Promise<boolean> => {
    if (fresh) return false;
    const { written, horizon } = readNotes(notes);
    if (written === undefined || horizon === undefined) return true;
    // Rows that were deleted leave no trace but in the counters.
    await collectCounts(target);
    return (await writtenSoFar(target)) !== written || (await tables.writtenSince(horizon));
  };
  const letIn = async (notes: Notes) => {
    const { read_only, jobs = [] } = readNotes(notes);
    if (read_only !== undefined) await letWritersIn(target, read_only);
    await switchJobs(target, jobs, true);
  };

  return {
    kind: "full",
    mode: fresh ? "new" : "in-place",
    request: recovery.request,
    marker: target,
    async select() {
      const { manifest } = await recovery.backup();
      const { id, taken_at, digest } = manifest;
      return { backup: { id, taken_at, digest }, at: taken_at };
    },
    async preview() {
      const backup = await recovery.backup();
      const unproven = await assertIdentity(recovery, where);
      const found = await obstaclesInPlace(recovery, backup);
      if (fresh) return await previewNewProject(recovery, found, unproven);
      return await previewFull(recovery, backup, {
        summary: `The rows of ${whereTo(recovery)} are replaced by those of ${backup.manifest.id}, in one transaction.`,
        overwrites: [
          "The rows of every table that may be written, sign-ins and sessions of users among them.",
          found.definitions,
        ],
        keeps: [
          "The platform's own schemas and extensions, roles and their passwords.",
          "Tables and schemas that the backup leaves out, with their rows: what of them could not stay is an obstacle.",
          "The state of now goes into the vault first; it is not kept beside, as a swap would.",
        ],
        hazards: [
          "From the safety backup's end to the commit the application can read and cannot write: new sessions are read only, and whoever writes waits for the lock. When rows are replaced, readers wait too.",
          "If anything was written since the safety backup began, another is taken under the lock, so nothing is missing in both.",
          "If anything differs from the backup at the end, or the connection breaks, the server takes all of it back.",
          ...found.hazards,
          ...(unproven === null ? [] : [unproven]),
        ],
        obstacles: found.obstacles,
        details: [],
        alsoLost: found.losses,
      });
    },
    async withoutSafetyBackup(step) {
      if (fresh && (await contentOfProject(target)) === null) {
        return "the new project holds nothing of the team's: there is nothing to back up";
      }
      // Before the marker of this incident takes the place of the older one.
      if (readNotes(step.notes).read_only === undefined)
        await step.note(await leftByAnEarlier(target, step.incidentId));
      await step.note({ horizon: await horizonNow(target), written: await writtenSoFar(target) });
      return null;
    },
    async quiesce(step) {
      // Noted before it is changed: whoever lets writers in again knows how it was.
      if (readNotes(step.notes).read_only === undefined) await step.note({ read_only: await readOnlySetting(target) });
      await keepWritersAway(target);
      if (readNotes(step.notes).jobs === undefined) await step.note({ jobs: await activeJobs(target) });
      await switchJobs(target, readNotes(step.notes).jobs ?? [], false);
      // Another safety backup is taken while the tables are locked: nothing can come after that one.
      return { writtenSince: await isWritten(await hold(step), step.notes) };
    },
    async inspect({ incidentId }) {
      return (await isCommitted(target, incidentId))
        ? {
            standing: "done",
            says: "Its transaction was committed: production is the restored one. It is verified now.",
          }
        : {
            standing: "untouched",
            says: "Its transaction was not committed: production is as it was. It begins anew.",
          };
    },
    async execute(step) {
      if (await isCommitted(target, step.incidentId)) return;
      if (held === null) throw new Error("writers are kept away first");
      try {
        await restoreInPlace(recovery, await recovery.backup(), step, held);
      } catch (error) {
        step.signal.throwIfAborted();
        throw error;
      } finally {
        await letGo();
      }
    },
    async verify(step) {
      const backup = await recovery.backup();
      const { losses, not_covered, checks: proof } = readNotes(step.notes);
      await using session = await connect(target, { readOnly: true });
      await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const now = (await readInventory(session, backup.scope)).objects;
      const census = expectedInPlace(backup.census, now, await readGround(session));
      await session.query("ROLLBACK");
      const parts = { recovery, backup: { ...backup, census }, restored: { errors: [], skipped: [] } };
      const found = await examineFlows(target, parts, step);
      const committed = await isCommitted(target, step.incidentId);
      const whole = {
        id: "recovery.committed",
        title: "Every row and definition was compared in the transaction that was then committed",
        status: committed ? ("passed" as const) : ("failed" as const),
        expected: "committed",
        actual: committed ? "committed" : "not committed",
        reason: "",
      };
      // What a new project held was nothing: that is no loss of anybody's.
      return { checks: [whole, ...proof, ...found.checks], losses: fresh ? [] : losses, not_covered };
    },
    async rollBack({ incidentId, notes }) {
      await letGo();
      const { inherited_from } = readNotes(notes);
      if (await isCommitted(target, incidentId)) {
        const says =
          "The restored state was committed and then did not pass its last check: it stays, read only, until a person has looked. The state before is in the safety backup.";
        return { undone: false, says };
      }
      if (inherited_from !== undefined) {
        // Writers would come to a state that nobody has approved; and the marker stays, which knows how it was before.
        const says = `The server has taken everything back: production is as ${inherited_from} left it, read only until a person has looked. The state before that one is in its safety backup.`;
        return { undone: false, says };
      }
      await letIn(notes);
      return {
        undone: true,
        says: "The server has taken everything back: production is as it was, and takes writes again.",
      };
    },
    stays: ({ incidentId }) => isCommitted(target, incidentId),
    async release(step) {
      await letIn(step.notes);
      const { read_only, jobs = [] } = readNotes(step.notes);
      if (read_only === undefined) return;
      const closed = await stillClosed(target, read_only, jobs);
      if (closed.length > 0) await step.note({ still_closed: closed });
      for (const sentence of closed) {
        step.progress.warn(sentence);
        step.remark(sentence);
      }
    },
    nextSteps: ({ notes }) => [
      ...readNotes(notes).still_closed,
      ...(fresh ? [`Lead the application, and then the backups, to ${describeTarget(target)}.`] : []),
      "Let the team look at the application: users may have to sign in again, since their sessions came back as they were.",
    ],
  };
}
