import { fullErrors } from "./errors.ts";
import type { BackupAtHand, FullRecovery } from "./types.ts";

/** Why a backup is not the one that was recorded outside the vault when it was taken; null where it is, or nobody recorded it. */
export async function whyNotRecorded(
  { recordedDigest }: Pick<FullRecovery, "recordedDigest">,
  { manifest }: BackupAtHand,
): Promise<string | null> {
  const recorded = await recordedDigest(manifest.id);
  return recorded === null || recorded === manifest.digest
    ? null
    : "its digest is not the one that was recorded outside the vault";
}

/**
 * Makes sure that a backup is the one that was taken, before anything of it reaches production's server: a restore runs
 * what the archive holds there, as a superuser.
 *
 * @throws full.not_the_backup
 */
export async function assertGenuine(
  recovery: Pick<FullRecovery, "recordedDigest">,
  backup: BackupAtHand,
): Promise<void> {
  const [damaged] = backup.problems;
  const why =
    (await whyNotRecorded(recovery, backup)) ??
    (damaged === undefined ? null : `its file ${damaged.path} is not as it was written (${damaged.actual})`);
  if (why !== null) throw fullErrors.not_the_backup({ id: backup.manifest.id, why });
}
