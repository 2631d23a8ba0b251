import { z } from "zod";
import { connect } from "../../postgres/connect.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { readServerFacts } from "../../postgres/server-facts.ts";
import { describeTarget, withDatabase } from "../../postgres/target.ts";
import { dropDatabase } from "../../postgres/throwaway-drop.ts";
import type { Target } from "../../postgres/types.ts";
import { wakeLogins } from "../../restore/login-triggers.ts";
import { assertIdentity } from "../identity.ts";
import { verifiedSchema } from "../incident.ts";
import { compareWithNow } from "../losses.ts";
import { readMarker, removeMarker, writeMarker } from "../marker.ts";
import type { Inspection, Notes, RecoveryMethod, StepContext } from "../types.ts";
import { fullErrors } from "./errors.ts";
import { examineFlows } from "./flows.ts";
import { namesBeside } from "./names.ts";
import { previewFull, whereTo } from "./preview.ts";
import { inBeside, restoreBeside } from "./restore-beside.ts";
import { readRoleNotes } from "./role-notes.ts";
import { roleHazards, roleSteps, rolesLeft, rolesStay } from "./role-texts.ts";
import { compareRoles, dropRoles, letLogIn, type RolesOnServer } from "./server-roles.ts";
import { readSlots, slotHazards, slotSteps } from "./slots.ts";
import { findDatabases, swapDatabases } from "./swap.ts";
import type { BackupAtHand, FullRecovery } from "./types.ts";

const notesSchema = z.object({
  /** Object id of the production that is replaced. */
  production: z.number().optional(),
  /** Object id of the restored database, once it has passed its proof. */
  proven: z.number().optional(),
  /** What the proof of it came to. */
  checks: z.array(verifiedSchema).default([]),
  skipped: z.array(z.object({ what: z.string(), why: z.string() })).default([]),
  /** Logical replication slots that stayed with the old database. */
  slots: z.array(z.string()).default([]),
});
const readNotes = (notes: Notes) => notesSchema.parse(notes);

/**
 * Restores beside production on the same server, proves the restored database as every copy is proved, and only then
 * swaps the two by name. Production serves until the swap, and is kept under a dated name after it.
 */
export function sideBySide(recovery: FullRecovery): RecoveryMethod {
  const { target } = recovery;
  const production = target.database;
  const besideOf = ({ incidentId }: StepContext) => namesBeside(production, incidentId);

  return {
    kind: "full",
    mode: "side-by-side",
    request: recovery.request,
    marker: target,
    async select() {
      const { manifest } = await recovery.backup();
      const { id, taken_at, digest } = manifest;
      return { backup: { id, taken_at, digest }, at: taken_at };
    },
    async preview(step) {
      const backup = await recovery.backup();
      const unproven = await assertIdentity(recovery, "production");
      const { before } = besideOf(step);
      const { roles, slots } = await onServer(target, backup);
      return await previewFull(recovery, backup, {
        summary: `${whereTo(recovery)} is restored beside itself from ${backup.manifest.id}, proven there, and swapped in.`,
        overwrites: [
          `The name ${production} will lead to the restored database. Its sessions are ended in that moment; applications connect again by themselves.`,
        ],
        keeps: [`The database of now stays whole, under the name ${before}, until a person drops it.`, rolesStay],
        hazards: [
          `The disk must hold the database twice (${Math.ceil(backup.manifest.sizes.database_bytes / 1e6)} MB more).`,
          `What the application writes until the swap stays in ${before} only.`,
          ...slotHazards(slots, before),
          ...roleHazards(roles),
          ...(unproven === null ? [] : [unproven]),
        ],
        obstacles: recovery.writable ? await obstacles(target) : [],
        details: [],
      });
    },
    withoutSafetyBackup: async () => null,
    async quiesce(step) {
      const found = (await inBeside(target, (admin) => findDatabases(admin, [production]))).get(production);
      if (found === undefined) throw fullErrors.not_created({ where: describeTarget(target), why: "it is gone" });
      // Before the swap has happened, the database of this name is the one to keep; after it this is not asked again.
      await step.note({ production: found.oid });
      // The old database is kept with every row, so nothing that is written meanwhile is lost.
      return { writtenSince: false };
    },
    inspect: (step) => inspect(target, step, besideOf(step)),
    async execute(step) {
      const backup = await recovery.backup();
      const names = besideOf(step);
      const restored = withDatabase(target, names.restored);
      const notes = readNotes(step.notes);
      const there = await inBeside(target, (admin) => findDatabases(admin, [names.restored]));
      if (notes.proven === undefined || there.get(names.restored)?.oid !== notes.proven) {
        await restoreBeside(recovery, backup, restored, step);
      }
      const marker = await readMarker(target);
      if (marker !== null) await writeMarker(restored, marker);
      await step.assertAlone();
      step.signal.throwIfAborted();
      await wakeLogins(restored);
      const { production: replaced = 0, proven = 0 } = readNotes(step.notes);
      await step.progress.step("Swap the two by name", () =>
        swapDatabases(target, {
          production,
          leaving: { oid: replaced, aside: names.before },
          incoming: { oid: proven, name: names.restored },
        }),
      );
    },
    async verify(step) {
      const backup = await recovery.backup();
      const { proven, production: replaced, skipped, checks: proof } = readNotes(step.notes);
      const { before } = besideOf(step);
      const found = await inBeside(target, (admin) => findDatabases(admin, [production, before]));
      const swapped = found.get(production)?.oid === proven && found.get(before)?.oid === replaced;
      const { checks, not_covered } = await examineFlows(
        target,
        { recovery, backup, restored: { errors: [], skipped: [] }, made: new Set(readRoleNotes(step.notes).made) },
        step,
      );
      await using old = await connect(withDatabase(target, before), { readOnly: true });
      await step.note({ slots: await readSlots(old) });
      const { losses } = await compareWithNow(old, {
        scope: backup.scope,
        database: recovery.database,
        restored: backup.census,
        at: backup.manifest.taken_at,
      });
      const whole = {
        id: "recovery.swapped",
        title: `${production} is the database that was restored and proven`,
        status: swapped ? ("passed" as const) : ("failed" as const),
        expected: "the proven one",
        actual: swapped ? "the proven one" : "another",
        reason: "",
      };
      return { checks: [whole, ...proof, ...checks], losses, not_covered: [...not_covered, ...skipped] };
    },
    async rollBack(step) {
      const names = besideOf(step);
      const { production: replaced, proven = 0 } = readNotes(step.notes);
      const { made } = readRoleNotes(step.notes);
      const found = await inBeside(target, (admin) => findDatabases(admin, Object.values({ ...names, production })));
      if (found.get(names.before)?.oid === replaced && replaced !== undefined) {
        await swapDatabases(target, {
          production,
          leaving: { oid: proven, aside: names.rejected },
          incoming: { oid: replaced, name: names.before },
        });
        const left = await inBeside(target, (admin) => dropRoles(admin, made));
        const says = `The two were swapped back: production is the old database again, and the restored one is ${names.rejected}, with whatever the application wrote in between.${rolesLeft(left)}`;
        return { undone: true, says };
      }
      const left = await inBeside(target, async (admin) => {
        await dropDatabase(admin, names.restored);
        return await dropRoles(admin, made);
      });
      const says = `Production was never touched; the half-restored database beside it was dropped.${rolesLeft(left)}`;
      return { undone: true, says };
    },
    async release(step) {
      await inBeside(target, (admin) => letLogIn(admin, readRoleNotes(step.notes).logins));
      await removeMarker(withDatabase(target, besideOf(step).before));
    },
    nextSteps(step) {
      const { before } = besideOf(step);
      const { skipped, slots } = readNotes(step.notes);
      return [
        ...slotSteps(slots, before),
        `When nobody needs the old database any more, drop it: DROP DATABASE ${quoteIdentifier(before)};`,
        ...skipped.map(({ what, why }) => `${what} was not restored (${why}): see to it.`),
        ...roleSteps(readRoleNotes(step.notes)),
      ];
    },
  };
}

/** What of the server and of the old database does not come from the backup. */
async function onServer(target: Target, backup: BackupAtHand): Promise<{ roles: RolesOnServer; slots: string[] }> {
  await using session = await connect(target, { readOnly: true });
  return { roles: await compareRoles(session, backup), slots: await readSlots(session) };
}

async function obstacles(target: Target): Promise<string[]> {
  await using session = await connect(target, { readOnly: true });
  const { superuser, user } = await readServerFacts(session);
  return superuser
    ? []
    : [`${user} is not a superuser, and only one can restore a whole database beside this: use --into in-place.`];
}

async function inspect(
  target: Target,
  { notes }: StepContext,
  { restored, before }: { restored: string; before: string },
): Promise<Inspection> {
  const { production: replaced, proven } = readNotes(notes);
  const found = await inBeside(target, (admin) => findDatabases(admin, [target.database, restored, before]));
  const now = found.get(target.database)?.oid;
  if (now !== undefined && now === proven) {
    return {
      standing: "done",
      says: "The swap had happened: production is the restored database. It is verified now.",
    };
  }
  if (now === undefined || (replaced !== undefined && now !== replaced)) {
    return { standing: "unclear", says: `${target.database} is neither the old nor the restored database.` };
  }
  if (!found.has(restored)) return { standing: "untouched", says: "Production is as it was; the restore begins anew." };
  const state = found.get(restored)?.oid === proven ? "proven and is swapped in now" : "not proven and is made anew";
  return { standing: "begun", says: `Production is as it was; the database beside it is ${state}.` };
}
