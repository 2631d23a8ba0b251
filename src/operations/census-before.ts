import { join } from "node:path";
import { scopeOf } from "../backup/manifest.ts";
import { openBackup } from "../backup/open-backup.ts";
import { IthacaError } from "../base/errors.ts";
import type { NearestCensus } from "../recovery/point-in-time/nearest-census.ts";
import { recordedDigest } from "../report/history.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";

/** What of a backup says what the database held: small, while the dump is not. */
const parts = ["backup.json", "census.json"];

/**
 * The census of the newest backup that was taken no later than an instant; or why there is none, as a sentence's end.
 *
 * @param at ISO 8601
 */
export async function censusBefore(
  { environment, progress, signal }: UseCaseContext,
  { database, reports, scratch, at }: { database: string; reports: string; scratch: string; at: string },
): Promise<NearestCensus | string> {
  try {
    const vault = openVault({ ...environment });
    const { entries } = await vault.list(database, { signal });
    const entry = entries.find(({ taken_at }) => Date.parse(taken_at) <= Date.parse(at));
    if (entry === undefined) return "the vault holds no backup that is as old";
    const directory = join(scratch, entry.id);
    await vault.fetch(entry, directory, { include: parts, signal, warn: progress.warn });
    const { manifest, census, problems } = await openBackup(directory);
    const damaged = problems.some(({ path, actual }) => parts.includes(path) || actual !== "missing");
    const recorded = await recordedDigest(reports, entry.id);
    if (damaged || (recorded !== null && recorded !== manifest.digest)) return `${entry.id} is not as it was written`;
    return { id: manifest.id, takenAt: manifest.taken_at, census, scope: scopeOf(manifest) };
  } catch (error) {
    if (!(error instanceof IthacaError) || signal.aborted) throw error;
    return `the vault could not be asked (${error.message})`;
  }
}
