import { availableParallelism } from "node:os";
import { z } from "zod";
import { messageOf } from "../../base/errors.ts";
import { connect } from "../../postgres/connect.ts";
import { creationAttempts, lacksLocale } from "../../postgres/locale.ts";
import { quoteIdentifier } from "../../postgres/quote.ts";
import { majorOf, readServerFacts } from "../../postgres/server-facts.ts";
import { describeTarget, withDatabase } from "../../postgres/target.ts";
import { dropDatabase } from "../../postgres/throwaway-drop.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { sqlstateOf } from "../../restore/outcome.ts";
import { restoreBackup } from "../../restore/restore-backup.ts";
import { verifiedSchema } from "../incident.ts";
import { compareWithNow } from "../losses.ts";
import { readMarker, removeMarker, writeMarker } from "../marker.ts";
import type { Inspection, Notes, RecoveryMethod, StepContext } from "../types.ts";
import { fullErrors } from "./errors.ts";
import { examineDatabase, scopeWithoutMarker } from "./examine.ts";
import { examineFlows } from "./flows.ts";
import { assertIdentity } from "./identity.ts";
import { namesBeside } from "./names.ts";
import { previewFull, whereTo } from "./preview.ts";
import { findDatabases, openBeside, swapDatabases } from "./swap.ts";
import type { BackupAtHand, FullRecovery } from "./types.ts";

const notesSchema = z.object({
  /** Object id of the production that is replaced. */
  production: z.number().optional(),
  /** Object id of the restored database, once it has passed its proof. */
  proven: z.number().optional(),
  /** What the proof of it came to. */
  checks: z.array(verifiedSchema).default([]),
  skipped: z.array(z.object({ what: z.string(), why: z.string() })).default([]),
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
      return await previewFull(recovery, backup, {
        summary: `${whereTo(recovery)} is restored beside itself from ${backup.manifest.id}, proven there, and swapped in.`,
        overwrites: [
          `The name ${production} will lead to the restored database. Its sessions are ended in that moment; applications connect again by themselves.`,
          "Roles belong to the whole server: their attributes, memberships and settings come back as in the backup, for other databases too.",
        ],
        keeps: [
          `The database of now stays whole, under the name ${before}, until a person drops it.`,
          "Passwords of roles stay as they are.",
        ],
        hazards: [
          `The disk must hold the database twice (${Math.ceil(backup.manifest.sizes.database_bytes / 1e6)} MB more).`,
          `What the application writes until the swap stays in ${before} only.`,
          ...(unproven === null ? [] : [unproven]),
        ],
        obstacles: await obstacles(target),
        details: [],
      });
    },
    withoutSafetyBackup: async () => null,
    async quiesce(step) {
      await using admin = await openBeside(target);
      const found = (await findDatabases(admin, [production])).get(production);
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
      await step.progress.step("Swap the two by name", () =>
        swapDatabases(target, { production, aside: names.before, incoming: names.restored }),
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
        { recovery, backup, restored: { errors: [], skipped: [] } },
        step,
      );
      await using old = await connect(withDatabase(target, before), { readOnly: true });
      const { losses } = await compareWithNow(old, {
        scope: scopeWithoutMarker(backup),
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
      const { production: replaced } = readNotes(step.notes);
      const found = await inBeside(target, (admin) => findDatabases(admin, Object.values({ ...names, production })));
      if (found.get(names.before)?.oid === replaced && replaced !== undefined) {
        await swapDatabases(target, { production, aside: names.rejected, incoming: names.before });
        const says = `The two were swapped back: production is the old database again, and the restored one is ${names.rejected}.`;
        return { undone: true, says };
      }
      await inBeside(target, (admin) => dropDatabase(admin, names.restored));
      return { undone: true, says: "Production was never touched; the half-restored database beside it was dropped." };
    },
    async release(step) {
      await removeMarker(withDatabase(target, besideOf(step).before));
    },
    nextSteps(step) {
      const { before } = besideOf(step);
      return [
        `When nobody needs the old database any more, drop it: DROP DATABASE ${quoteIdentifier(before)};`,
        ...readNotes(step.notes).skipped.map(({ what, why }) => `${what} was not restored (${why}): see to it.`),
      ];
    },
  };
}

async function inBeside<T>(target: Target, work: (admin: Session) => Promise<T>): Promise<T> {
  await using admin = await openBeside(target);
  return await work(admin);
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

/** Makes the database beside production, fills it and proves it. An earlier one of this incident is made anew. */
async function restoreBeside(
  recovery: FullRecovery,
  backup: BackupAtHand,
  restored: Target,
  step: StepContext,
): Promise<void> {
  const { manifest, census, directory } = backup;
  await inBeside(recovery.target, async (admin) => {
    await dropDatabase(admin, restored.database);
    await createLike(admin, restored.database, backup);
  });
  const result = await restoreBackup({
    directory,
    manifest,
    census,
    target: restored,
    database: recovery.database,
    jobs: availableParallelism(),
    progress: step.progress,
    clock: step.clock,
    signal: step.signal,
  });
  const { checks } = await examineDatabase(restored, { recovery, backup, restored: result, ask: "everything" }, step);
  const bad = checks.filter(({ status }) => status !== "passed");
  if (bad.length > 0) {
    throw fullErrors.restored_wrong({
      what: bad.map(({ title, reason, actual }) => `${title}: ${reason || actual}`).join("; "),
    });
  }
  const found = await inBeside(recovery.target, (admin) => findDatabases(admin, [restored.database]));
  await step.note({
    proven: found.get(restored.database)?.oid ?? 0,
    checks: checks.map((check) => ({ ...check, title: `Before the swap: ${check.title}`, id: `restored.${check.id}` })),
    skipped: result.skipped.map(({ what, why }) => ({ what, why })),
  });
}

/** A database with the source's encoding and locale, as faithfully as the server can. */
async function createLike(admin: Session, name: string, { manifest }: BackupAtHand): Promise<void> {
  const { encoding, collate, ctype, locale_provider: localeProvider, icu_locale: icuLocale } = manifest.server;
  let last: unknown;
  const locale = { encoding, collate, ctype, localeProvider, icuLocale };
  for (const { sql } of creationAttempts(name, locale, majorOf(admin.versionNum))) {
    try {
      await admin.query(sql);
      return;
    } catch (error) {
      last = error;
      if (!lacksLocale(sqlstateOf(error))) break;
    }
  }
  throw fullErrors.not_created({ where: describeTarget(admin.target), why: messageOf(last) }, { cause: last });
}
