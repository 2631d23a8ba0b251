import { join } from "node:path";
import type { Manifest } from "../backup/manifest.ts";
import { scopeOf } from "../backup/manifest.ts";
import { openBackup } from "../backup/open-backup.ts";
import type { Census, Scope } from "../census/types.ts";
import type { WriteCounters } from "../census/writes.ts";
import type { ArchiveProblem } from "../proof/types.ts";
import { selectEntry } from "../vault/select.ts";
import type { VaultEntry } from "../vault/types.ts";
import { openVault } from "../vault/vault.ts";
import type { UseCaseContext } from "./context.ts";

/** What a branch is compared with: a census of the vault, without the rows of its backup. */
export interface BranchReference {
  readonly manifest: Manifest;
  readonly census: Census;
  readonly scope: Scope;
  /** What the fetched files have against the manifest. */
  readonly problems: readonly ArchiveProblem[];
  /** Read before both this census and the platform's backup; undefined where there is none. */
  readonly writesBefore: WriteCounters | undefined;
}

/** The parts of a backup that say what a database held; they are small, the dump is not. */
const parts = ["backup.json", "census.json"];

/** An hour between the time at which a platform notes its backup and the moment that the backup holds. */
const slackMs = 3_600_000;

/**
 * Fetches the newest census, and the counters of the newest census that is older than the platform's backup: what was
 * written since then is all that the two can differ by.
 *
 * @param platformBackupAt when the platform took its backup, ISO 8601 UTC; null where nobody knows
 */
export async function branchReference(
  context: UseCaseContext,
  database: string,
  scratch: string,
  platformBackupAt: string | null,
): Promise<BranchReference> {
  const { signal, progress, clock } = context;
  const vault = openVault({ ...context.environment });
  const { entries } = await vault.list(database, { signal });
  const fetchParts = async (entry: VaultEntry) => {
    const directory = join(scratch, entry.id);
    await vault.fetch(entry, directory, { include: parts, signal, warn: progress.warn });
    return openBackup(directory);
  };
  const newest = selectEntry(entries, "latest", { now: clock.now(), random: Math.random, database });
  const { manifest, census, problems } = await fetchParts(newest);
  const before = Date.parse(platformBackupAt ?? "") - slackMs;
  const older = entries.find(({ taken_at }) => Date.parse(taken_at) <= Math.min(before, Date.parse(newest.taken_at)));
  const writesBefore =
    older === undefined ? undefined : older.id === newest.id ? census.writes : (await fetchParts(older)).census.writes;
  // The dump was not asked for.
  const fetched = problems.filter(({ path, actual }) => parts.includes(path) || actual !== "missing");
  return { manifest, census, scope: scopeOf(manifest), problems: fetched, writesBefore };
}
