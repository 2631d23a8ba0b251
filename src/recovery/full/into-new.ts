import { availableParallelism } from "node:os";
import { z } from "zod";
import { connect } from "../../postgres/connect.ts";
import { describeTarget } from "../../postgres/target.ts";
import type { Session } from "../../postgres/types.ts";
import { wakeLogins } from "../../restore/login-triggers.ts";
import { restoreBackup } from "../../restore/restore-backup.ts";
import { assertIdentity } from "../identity.ts";
import { markerSchema } from "../marker.ts";
import { recoverySql } from "../sql.ts";
import type { Notes, RecoveryMethod, StepContext } from "../types.ts";
import { fullErrors } from "./errors.ts";
import { examineDatabase } from "./examine.ts";
import { assertGenuine } from "./genuine.ts";
import { previewFull } from "./preview.ts";
import { noteRoles, readRoleNotes } from "./role-notes.ts";
import { roleHazards, roleSteps, rolesLeft, rolesStay } from "./role-texts.ts";
import { compareRoles, dropRoles, letLogIn } from "./server-roles.ts";
import { mayShareServer } from "./shared-server.ts";
import type { BackupAtHand, FullRecovery } from "./types.ts";

const contentSql = recoverySql("full/content");
const notesSchema = z.object({
  begun: z.boolean().default(false),
  restored: z.boolean().default(false),
  /** Its roles may be production's: those that it has stay as they are. Noted before anything is restored. */
  shared: z.boolean().default(false),
  skipped: z.array(z.object({ what: z.string(), why: z.string() })).default([]),
});
const readNotes = (notes: Notes) => notesSchema.parse(notes);

/** What stands in a database that should be empty; null where it is. Our own marker does not count. */
async function contentOf({ target }: FullRecovery): Promise<string | null> {
  await using session = await connect(target, { readOnly: true });
  const [found] = await session.query<{ what: string }>(contentSql, [markerSchema]);
  return found?.what ?? null;
}

/** Works in a session that may write. */
async function inside<T>({ target }: FullRecovery, work: (session: Session) => Promise<T>): Promise<T> {
  await using session = await connect(target, { readOnly: false, applicationName: "ithaca recovery" });
  return await work(session);
}

/** What is said of roles beforehand: on a server of its own they come as in the backup. */
async function roleTexts(
  recovery: FullRecovery,
  backup: BackupAtHand,
): Promise<{ keeps: string[]; hazards: string[] }> {
  if (!(await mayShareServer(recovery))) return { keeps: [], hazards: [] };
  await using session = await connect(recovery.target, { readOnly: true });
  return { keeps: [rolesStay], hazards: roleHazards(await compareRoles(session, backup)) };
}

/** The roles that are made, where those that are there are left alone; undefined where all become as in the backup. */
async function rolesToMake(
  recovery: FullRecovery,
  backup: BackupAtHand,
  step: StepContext,
): Promise<ReadonlySet<string> | undefined> {
  const shared = await mayShareServer(recovery);
  await step.note({ shared });
  return shared ? await inside(recovery, (session) => noteRoles(session, backup, step)) : undefined;
}

/**
 * Restores into an empty new database, such as on a new server after the old one was lost. Production, where it still
 * is, is not touched, nor are its server's roles where the two may share one; a restore that stopped half way is never taken for a whole one: the database is dropped and made
 * anew by a person, since it may be the only one of its server.
 */
export function intoNew(recovery: FullRecovery): RecoveryMethod {
  const { target } = recovery;
  const where = describeTarget(target);
  return {
    kind: "full",
    mode: "new",
    request: recovery.request,
    // The restore wants a database without a single object, so no marker can stand in it; the file says what has begun.
    marker: null,
    async select() {
      const { manifest } = await recovery.backup();
      const { id, taken_at, digest } = manifest;
      return { backup: { id, taken_at, digest }, at: taken_at };
    },
    async preview() {
      const backup = await recovery.backup();
      const unproven = await assertIdentity(recovery, "another");
      const content = await contentOf(recovery);
      const roles = await roleTexts(recovery, backup);
      return await previewFull(recovery, backup, {
        summary: `${backup.manifest.id} is restored into the new database ${where}.`,
        overwrites: ["Nothing: the new database is empty, and production is not touched."],
        keeps: [
          "Production, where it still is, stays as it is until you lead the application to the new database.",
          ...roles.keeps,
        ],
        hazards: [
          ...roles.hazards,
          "Roles come without passwords: set those of the application before you lead it there.",
          ...(unproven === null ? [] : [unproven]),
        ],
        obstacles:
          content === null ? [] : [`${where} is not empty (${content}): restore into a database that was just made.`],
        details: [],
      });
    },
    async withoutSafetyBackup() {
      const content = await contentOf(recovery);
      return content === null ? "the new database is empty: there is nothing to back up" : null;
    },
    async quiesce(step) {
      await step.note({ begun: true });
      return { writtenSince: false };
    },
    async inspect({ notes }) {
      if (readNotes(notes).restored)
        return { standing: "done", says: "The restore had come to its end; it is verified now." };
      return (await contentOf(recovery)) === null
        ? { standing: "untouched", says: "The new database is still empty; the restore begins anew." }
        : {
            standing: "unclear",
            says: `${where} holds half a restore: drop the database, make it anew, and start over.${rolesLeft(readRoleNotes(notes).made)}`,
          };
    },
    async execute(step) {
      if (readNotes(step.notes).restored) return;
      const backup = await recovery.backup();
      const { directory, manifest, census } = backup;
      await assertGenuine(recovery, backup);
      const made = await rolesToMake(recovery, backup, step);
      const { progress, clock, signal } = step;
      const jobs = availableParallelism();
      const { database } = recovery;
      const result = await restoreBackup({
        directory,
        manifest,
        census,
        target,
        database,
        jobs,
        ...(made === undefined ? {} : { onlyRoles: made }),
        progress,
        clock,
        signal,
      });
      const wrong = result.errors.filter(({ allowed_by }) => allowed_by === null);
      if (wrong.length > 0) {
        throw fullErrors.restored_wrong({
          what: wrong
            .slice(0, 3)
            .map(({ object, message }) => `${object}: ${message}`)
            .join("; "),
        });
      }
      await step.note({ restored: true, skipped: result.skipped.map(({ what, why }) => ({ what, why })) });
    },
    async verify(step) {
      const backup = await recovery.backup();
      const made = readNotes(step.notes).shared ? new Set(readRoleNotes(step.notes).made) : undefined;
      const parts = { recovery, backup, restored: { errors: [], skipped: [] }, made, ask: "everything" as const };
      const { checks, not_covered } = await examineDatabase(target, parts, step);
      return { checks, losses: [], not_covered: [...not_covered, ...readNotes(step.notes).skipped] };
    },
    async rollBack({ notes }) {
      if ((await contentOf(recovery)) === null) {
        const left = await inside(recovery, (session) => dropRoles(session, readRoleNotes(notes).made));
        return { undone: true, says: `The new database is still empty.${rolesLeft(left)}` };
      }
      const says = `${where} holds ${readNotes(notes).restored ? "a restore that was not proven" : "half a restore"}: do not lead anybody there; drop it and start over. Production was not touched.${rolesLeft(readRoleNotes(notes).made)}`;
      return { undone: false, says };
    },
    async release({ notes }) {
      await inside(recovery, (session) => letLogIn(session, readRoleNotes(notes).logins));
      await wakeLogins(target);
    },
    nextSteps: ({ notes }) => [
      "Set the passwords of the roles that the application uses.",
      `Lead the application to ${where}, and then the backups: set ITHACA_DATABASE_URL anew.`,
      ...readNotes(notes).skipped.map(({ what, why }) => `${what} was not restored (${why}): see to it.`),
      ...roleSteps(readRoleNotes(notes)),
    ],
  };
}
