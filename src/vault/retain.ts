import { contentOf, incompleteness } from "./content.ts";
import { vaultErrors } from "./errors.ts";
import { list, unreadableIn } from "./listing.ts";
import { isNoSpace, withoutStaleLocks } from "./locks.ts";
import type { Restic } from "./restic.ts";
import { forgetSchema, keepOptions, listingOfForget, planRetention, refusal } from "./retention.ts";
import { tagFilter } from "./tags.ts";
import type { RetainOptions, RetainResult, RetentionPlan, VaultEntry } from "./types.ts";

/**
 * Applies the keep rules to the backups of one database.
 *
 * restic decides over all our snapshots of the database as one group: by default it groups by host and path, and since
 * both differ on every runner it would keep everything for ever. What it would remove is then removed by id, so that
 * nothing can slip in between the decision and the deed.
 *
 * Calls of restic, 0.3 to 0.7 s each: the decision, a look at the newest backup, the removal, a last listing.
 *
 * @throws retention_refused where the newest backup is missing, incomplete or too old, or where the last run failed for
 * another reason than a full vault; retention_unproven where it was full and no backup is proven; no_room_to_remove
 */
export async function retain(restic: Restic, options: RetainOptions): Promise<RetainResult> {
  const { database, keep, proven } = options;
  const refuse = (why: string) => vaultErrors.retention_refused({ database, why });
  const dryRun = ["forget", "--dry-run", "--no-lock", "--group-by", "", "--tag", tagFilter(database)];
  const { stdout, stderr } = await restic.call([...dryRun, ...keepOptions(keep)], options);
  const output = restic.parse(forgetSchema, stdout || "[]");
  const listing = listingOfForget(output, unreadableIn(stderr));
  const why = refusal({ listing, ...options });
  if (why !== null) throw refuse(why);
  const full = options.lastFailure?.vaultFull === true;
  // Removing with no newer backup to fall back on wants one that is known to come back.
  if (full && !hasProven(listing.entries, proven)) throw vaultErrors.retention_unproven({ database });

  const plan = planRetention(output, listing.entries, proven);
  const newest = listing.entries[0];
  const lack = newest === undefined ? null : incompleteness(newest, await contentOf(restic, newest, options));
  if (lack !== null) throw refuse(`the newest, ${newest?.id}, is incomplete: ${lack}`);
  // What a backup left that found no room is in the way of the next, so that is cleared although no backup has to go.
  if (options.dryRun || (plan.remove.length === 0 && !full)) return { ...plan, removed: false };
  await removeEntries(restic, plan, options);
  return { ...plan, removed: plan.remove.length > 0 };
}

const hasProven = (entries: readonly VaultEntry[], proven: readonly string[]) =>
  entries.some(({ id }) => proven.includes(id));

/** Clears what belongs to no snapshot. Where there is no room nothing is written anew first, as restic otherwise does to save more. */
function pruning({ lastFailure }: RetainOptions, snapshots: readonly string[]): string[] {
  const command = snapshots.length === 0 ? ["prune"] : ["forget", "--prune", ...snapshots];
  return [...command, ...(lastFailure?.vaultFull === true ? ["--max-repack-size", "0"] : [])];
}

async function removeEntries(restic: Restic, plan: RetentionPlan, options: RetainOptions): Promise<void> {
  const snapshots = plan.remove.flatMap((entry) => [entry.snapshot, ...entry.superseded]);
  options.note?.(`removing ${plan.remove.length} of ${plan.remove.length + plan.keep.length} backups`);
  try {
    await withoutStaleLocks(restic, options, () => restic.call(pruning(options, snapshots), options));
  } catch (error) {
    if (!isNoSpace(error)) throw error;
    throw vaultErrors.no_room_to_remove({ repository: restic.repository }, { cause: error });
  }
  const left = new Set((await list(restic, options.database, options)).entries.map((entry) => entry.id));
  const lost = plan.keep.filter(({ entry }) => !left.has(entry.id)).map(({ entry }) => entry.id);
  if (lost.length > 0) {
    throw vaultErrors.damaged({
      repository: restic.repository,
      why: `${lost.join(", ")} is gone although it was kept`,
    });
  }
}
