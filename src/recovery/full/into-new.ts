import { availableParallelism } from "node:os";
import { z } from "zod";
import { connect } from "../../postgres/connect.ts";
import { describeTarget } from "../../postgres/target.ts";
import { restoreBackup } from "../../restore/restore-backup.ts";
import { assertIdentity } from "../identity.ts";
import { markerSchema } from "../marker.ts";
import { recoverySql } from "../sql.ts";
import type { Notes, RecoveryMethod } from "../types.ts";
import { fullErrors } from "./errors.ts";
import { examineDatabase } from "./examine.ts";
import { previewFull } from "./preview.ts";
import type { FullRecovery } from "./types.ts";

const contentSql = recoverySql("full/content");
const notesSchema = z.object({
  begun: z.boolean().default(false),
  restored: z.boolean().default(false),
  skipped: z.array(z.object({ what: z.string(), why: z.string() })).default([]),
});
const readNotes = (notes: Notes) => notesSchema.parse(notes);

/** What stands in a database that should be empty; null where it is. Our own marker does not count. */
async function contentOf({ target }: FullRecovery): Promise<string | null> {
  await using session = await connect(target, { readOnly: true });
  const [found] = await session.query<{ what: string }>(contentSql, [markerSchema]);
  return found?.what ?? null;
}

/**
 * Restores into an empty new database, such as on a new server after the old one was lost. Production, where it still
 * is, is not touched; a restore that stopped half way is never taken for a whole one: the database is dropped and made
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
      return await previewFull(recovery, backup, {
        summary: `${backup.manifest.id} is restored into the new database ${where}.`,
        overwrites: ["Nothing: the new database is empty, and production is not touched."],
        keeps: ["Production, where it still is, stays as it is until you lead the application to the new database."],
        hazards: [
          "Roles come without passwords: set those of the application before you lead it there.",
          ...(unproven === null ? [] : [unproven]),
        ],
        obstacles: content === null ? [] : [`${where} is not empty (${content}).`],
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
            says: `${where} holds half a restore: drop the database, make it anew, and start over.`,
          };
    },
    async execute(step) {
      if (readNotes(step.notes).restored) return;
      const { directory, manifest, census } = await recovery.backup();
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
      const parts = { recovery, backup, restored: { errors: [], skipped: [] }, ask: "everything" as const };
      const { checks, not_covered } = await examineDatabase(target, parts, step);
      return { checks, losses: [], not_covered: [...not_covered, ...readNotes(step.notes).skipped] };
    },
    async rollBack({ notes }) {
      if ((await contentOf(recovery)) === null) return { undone: true, says: "The new database is still empty." };
      const says = `${where} holds ${readNotes(notes).restored ? "a restore that was not proven" : "half a restore"}: do not lead anybody there; drop it and start over. Production was not touched.`;
      return { undone: false, says };
    },
    release: async () => {},
    nextSteps: ({ notes }) => [
      "Set the passwords of the roles that the application uses.",
      `Lead the application to ${where}, and then the backups: set ITHACA_DATABASE_URL anew.`,
      ...readNotes(notes).skipped.map(({ what, why }) => `${what} was not restored (${why}): see to it.`),
    ],
  };
}
