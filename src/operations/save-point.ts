import { readdir } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { takeBackup } from "../backup/take-backup.ts";
import { codeOf } from "../base/errors.ts";
import { makeFolder } from "../base/make-folder.ts";
import { pointErrors } from "../recovery/point-in-time/errors.ts";
import { writeReport } from "../report/write.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";
import type { PointCopy } from "./point-in-time-copy.ts";
import { runFacts } from "./run-facts.ts";
import { reportsDirectory, type Subject } from "./subject.ts";
import { takeAndStore } from "./take-and-store.ts";

export interface SaveOptions {
  /** An empty folder that becomes a backup of the copy. */
  readonly save?: string;
  readonly intoVault?: boolean;
}

/** A backup of a copy: its id, and the option by which `recover full` finds it. */
export interface SavedPoint {
  readonly id: string;
  /** Such as `--backup 2026-11-22T02-00-05Z-shop-4f1c2a9b`. */
  readonly where: string;
}

/**
 * Looks whether a backup of a copy can be kept where it is to be.
 *
 * @throws point.folder_not_empty, those of `openVault`
 */
export async function requireRoomToSave(
  { workingDirectory, environment }: UseCaseContext,
  { save, intoVault = false }: SaveOptions,
): Promise<void> {
  if (intoVault) openVault({ ...environment });
  if (save === undefined) return;
  const held = await readdir(resolve(workingDirectory, save)).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  if (held.length > 0) throw pointErrors.folder_not_empty({ folder: save });
}

/**
 * Keeps a backup of a copy, dated as of the point: `latest` and the retention then take it for what it is. From there
 * every recovery that starts from a backup leads back to that second.
 */
export async function savePoint(
  context: UseCaseContext,
  subject: Subject,
  { target, proven }: PointCopy,
  { save, intoVault = false }: SaveOptions,
): Promise<SavedPoint | null> {
  const { progress, clock, signal, workingDirectory } = context;
  const asOf = proven.as_of === null ? clock.now() : new Date(proven.as_of);
  const { name, database, plan } = subject;
  if (save !== undefined) {
    const directory = resolve(workingDirectory, save);
    await makeFolder(directory, 0o700);
    if ((await readdir(directory)).length > 0) throw pointErrors.folder_not_empty({ folder: save });
    const { manifest } = await progress.step(`Keep it in ${save}`, () =>
      takeBackup({ target, name, database, directory, asOf, progress, clock, signal }),
    );
    return { id: manifest.id, where: `--archive ${save}` };
  }
  if (!intoVault) return null;
  const startedAt = clock.now();
  const taken = await takeAndStore(context, subject, target, openVault({ ...context.environment }), { asOf });
  const reports = reportsDirectory(context, plan);
  const run = runFacts(context, startedAt);
  await writeReport(
    reports,
    { kind: "backup", verdict: "taken", reason: "", database: name, run, backup: taken },
    relative(workingDirectory, reports),
  );
  return { id: taken.id, where: `--backup ${taken.id}` };
}
