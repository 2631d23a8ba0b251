import { contentOf, incompleteness } from "./content.ts";
import { vaultErrors } from "./errors.ts";
import { list, unreadableIn } from "./listing.ts";
import { withoutStaleLocks } from "./locks.ts";
import type { Restic } from "./restic.ts";
import { forgetSchema, keepOptions, listingOfForget, planRetention, refusal } from "./retention.ts";
import { tagFilter } from "./tags.ts";
import type { RetainOptions, RetainResult, RetentionPlan } from "./types.ts";

/**
 * Applies the keep rules to the backups of one database.
 *
 * restic decides over all our snapshots of the database as one group: by default it groups by host and path, and since
 * both differ on every runner it would keep everything for ever. What it would remove is then removed by id, so that
 * nothing can slip in between the decision and the deed.
 *
 * Calls of restic, 0.3 to 0.7 s each: the decision, a look at the newest backup, the removal, a last listing.
 *
 * @throws retention_refused where the newest backup is missing, incomplete or too old, or where the last run failed
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

  const plan = planRetention(output, listing.entries, proven);
  const newest = listing.entries[0];
  const lack = newest === undefined ? null : incompleteness(newest, await contentOf(restic, newest, options));
  if (lack !== null) throw refuse(`the newest, ${newest?.id}, is incomplete: ${lack}`);
  if (options.dryRun || plan.remove.length === 0) return { ...plan, removed: false };
  await removeEntries(restic, plan, options);
  return { ...plan, removed: true };
}

async function removeEntries(restic: Restic, plan: RetentionPlan, options: RetainOptions): Promise<void> {
  const snapshots = plan.remove.flatMap((entry) => [entry.snapshot, ...entry.superseded]);
  options.note?.(`removing ${plan.remove.length} of ${plan.remove.length + plan.keep.length} backups`);
  await withoutStaleLocks(restic, options, () => restic.call(["forget", "--prune", ...snapshots], options));
  const left = new Set((await list(restic, options.database, options)).entries.map((entry) => entry.id));
  const lost = plan.keep.filter(({ entry }) => !left.has(entry.id)).map(({ entry }) => entry.id);
  if (lost.length > 0) {
    throw vaultErrors.damaged({
      repository: restic.repository,
      why: `${lost.join(", ")} is gone although it was kept`,
    });
  }
}
