import { availableParallelism } from "node:os";
import { messageOf } from "../../base/errors.ts";
import { creationAttempts, lacksLocale } from "../../postgres/locale.ts";
import { majorOf } from "../../postgres/server-facts.ts";
import { describeTarget } from "../../postgres/target.ts";
import { dropDatabase } from "../../postgres/throwaway-drop.ts";
import type { Session, Target } from "../../postgres/types.ts";
import { sqlstateOf } from "../../restore/outcome.ts";
import { restoreBackup } from "../../restore/restore-backup.ts";
import type { StepContext } from "../types.ts";
import { fullErrors } from "./errors.ts";
import { examineDatabase } from "./examine.ts";
import { assertGenuine } from "./genuine.ts";
import { noteRoles } from "./role-notes.ts";
import { findDatabases, openBeside } from "./swap.ts";
import type { BackupAtHand, FullRecovery } from "./types.ts";

/** Works in a session beside the databases that are renamed, dropped or made. */
export async function inBeside<T>(target: Target, work: (admin: Session) => Promise<T>): Promise<T> {
  await using admin = await openBeside(target);
  return await work(admin);
}

/**
 * Makes the database beside production, fills it and proves it. An earlier one of this incident is made anew. Of the
 * server's roles only those that are missing are made.
 *
 * @throws full.not_the_backup, full.not_created, full.restored_wrong, and what the restore throws
 */
export async function restoreBeside(
  recovery: FullRecovery,
  backup: BackupAtHand,
  restored: Target,
  step: StepContext,
): Promise<void> {
  const { manifest, census, directory } = backup;
  await assertGenuine(recovery, backup);
  const made = await inBeside(recovery.target, async (admin) => {
    await dropDatabase(admin, restored.database);
    await createLike(admin, restored.database, backup);
    return await noteRoles(admin, backup, step);
  });
  const result = await restoreBackup({
    directory,
    manifest,
    census,
    target: restored,
    database: recovery.database,
    jobs: availableParallelism(),
    onlyRoles: made,
    progress: step.progress,
    clock: step.clock,
    signal: step.signal,
  });
  const parts = { recovery, backup, restored: result, made, ask: "everything" as const };
  const { checks } = await examineDatabase(restored, parts, step);
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
