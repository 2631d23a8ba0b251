import { IthacaError } from "../../base/errors.ts";
import { spellInstant } from "../../base/spell.ts";
import { connect } from "../../postgres/connect.ts";
import { majorOf } from "../../postgres/server-facts.ts";
import { describeTarget } from "../../postgres/target.ts";
import { compareWithNow } from "../losses.ts";
import { aboutSafetyBackup } from "../safety-backup.ts";
import type { Preview, TableLoss } from "../types.ts";
import { whyNotRecorded } from "./genuine.ts";
import type { BackupAtHand, FullRecovery } from "./types.ts";

/** What a mode adds to what all have in common. */
export interface PreviewParts
  extends Pick<Preview, "summary" | "overwrites" | "keeps" | "hazards" | "obstacles" | "details"> {
  /** Rows that would go although the backup leaves them out, so that a comparison with it does not see them. */
  readonly alsoLost?: readonly TableLoss[];
}

const stored =
  "Files in Storage are not in a backup, only their rows: files that were deleted stay deleted, and newer ones lose their row.";

/** Newer than the server: pg_restore would meet statements and types that it does not know. */
function olderServer(serverNum: number, { manifest }: BackupAtHand): string[] {
  const [server, backup] = [majorOf(serverNum), majorOf(manifest.versions.server_num)];
  return server >= backup
    ? []
    : [`The backup comes from PostgreSQL ${backup} and the server is ${server}: it cannot go back to an older major.`];
}

/** A plan that was made with the reading credential cannot know what the writing one may do. */
function unknownRights({ writable, variable }: FullRecovery): string[] {
  return writable ? [] : [`${variable} is not set here: whether its role may do this shows only when it is done.`];
}

/** What production holds now; empty where it cannot be asked, because it is gone. */
async function now(
  recovery: FullRecovery,
  backup: BackupAtHand,
): Promise<Pick<Preview, "losses" | "timestamps"> & { readonly serverNum: number | null; readonly gone: string[] }> {
  const production = recovery.source ?? recovery.target;
  try {
    await using session = await connect(production, { readOnly: true, applicationName: "ithaca recovery" });
    const found = await compareWithNow(session, {
      scope: backup.scope,
      database: recovery.database,
      restored: backup.census,
      at: backup.manifest.taken_at,
    });
    return { ...found, serverNum: session.versionNum, gone: [] };
  } catch (error) {
    if (!(error instanceof IthacaError) || error.kind !== "surroundings") throw error;
    const gone = [`Production could not be asked what it holds now: ${error.message}`];
    return { losses: [], timestamps: [], serverNum: null, gone };
  }
}

/** The preview of a recovery of the whole database. */
export async function previewFull(
  recovery: FullRecovery,
  backup: BackupAtHand,
  { alsoLost = [], ...parts }: PreviewParts,
): Promise<Preview> {
  const { losses, timestamps, serverNum, gone } = await now(recovery, backup);
  const damaged = backup.problems.map(
    ({ path, actual }) => `The backup's file ${path} is not as it was written: ${actual}.`,
  );
  const unrecorded = await whyNotRecorded(recovery, backup);
  if (unrecorded !== null) damaged.push(`The backup is not the one that was taken: ${unrecorded}.`);
  const left = backup.manifest.left_out.map(({ what, why }) => `${what}: ${why}`);
  const safety = aboutSafetyBackup(recovery.safetyBackups, backup.manifest.id, recovery.named);
  const hasFiles = Object.keys(backup.census.tables).includes("storage.objects");
  return {
    ...parts,
    losses: [...losses, ...alsoLost],
    timestamps,
    estimate: recovery.estimate,
    hazards: [
      ...gone,
      ...unknownRights(recovery),
      ...safety.hazards,
      ...parts.hazards,
      `Everything that was written after ${spellInstant(backup.manifest.taken_at)} is not in this backup.`,
      ...(hasFiles ? [stored] : []),
    ],
    obstacles: [
      ...damaged,
      ...safety.obstacles,
      ...(serverNum === null ? [] : olderServer(serverNum, backup)),
      ...parts.obstacles,
    ],
    details: [
      ...parts.details,
      ...(left.length === 0 ? [] : [{ title: "What the backup does not hold", lines: left }]),
    ],
  };
}

/** Where it goes, for summaries. */
export function whereTo({ target, name }: FullRecovery): string {
  return `${name} (${describeTarget(target)})`;
}
