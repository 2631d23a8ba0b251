import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { codeOf } from "../base/errors.ts";
import { connect } from "../postgres/connect.ts";
import type { Target } from "../postgres/types.ts";
import { restoreBackup } from "../restore/restore-backup.ts";
import type { RestoreResult } from "../restore/types.ts";
import type { FetchedBackup } from "./backup-source.ts";
import type { UseCaseContext } from "./context.ts";
import { operationErrors } from "./errors.ts";
import type { Subject } from "./subject.ts";

/** SQL that harms the copy before the checks, to try what the proof notices. */
export interface Damage {
  /** Where it was read from. */
  readonly path: string;
  readonly sql: string;
}

/**
 * Restores a fetched backup into a throwaway database, and harms it where that is asked for.
 *
 * @param consume whether the backup's rows may go from the disk once they are loaded
 */
export async function makeCopy(
  context: UseCaseContext,
  { subject, backup, damage }: { subject: Subject; backup: FetchedBackup; damage: Damage | null },
  target: Target,
  consume = false,
): Promise<RestoreResult> {
  const { progress, signal, clock } = context;
  const { directory, manifest, census } = backup;
  const restored = await progress.step("Restore it", () =>
    restoreBackup({
      directory,
      manifest,
      census,
      target,
      database: subject.database,
      jobs: availableParallelism(),
      consume,
      progress,
      clock,
      signal,
    }),
  );
  if (damage !== null) await progress.step("Harm the copy", () => harmCopy(target, damage));
  return restored;
}

/** Reads the file of `--damage`. */
export async function readDamage(context: UseCaseContext, path: string): Promise<Damage> {
  try {
    return { path, sql: await readFile(resolve(context.workingDirectory, path), "utf8") };
  } catch (cause) {
    throw operationErrors.file_missing({ option: "--damage", path }, { cause });
  }
}

/** Runs the SQL as the copy's superuser. PostgreSQL's message may hold values, so only its SQLSTATE is told. */
export async function harmCopy(target: Target, damage: Damage): Promise<void> {
  await using session = await connect(target, { readOnly: false, insist: true, applicationName: "ithaca damage" });
  try {
    await session.query(damage.sql);
  } catch (cause) {
    const code = codeOf(cause) || "unknown";
    throw operationErrors.damage_failed({ path: damage.path, code }, { cause });
  }
}
