import { z } from "zod";
import { spellSeconds } from "../base/spell.ts";
import { listingOf } from "./listing.ts";
import { utcDay } from "./select.ts";
import { snapshotSchema } from "./tags.ts";
import type { KeepRules, LastFailure, RetentionPlan, VaultEntry, VaultListing } from "./types.ts";

const snapshots = z.array(snapshotSchema).nullish();

/** `restic forget --dry-run --json`; in 0.14 the snapshots under `reasons` have no id, but stand in the order of `keep`. */
export const forgetSchema = z
  .array(
    z.object({
      keep: snapshots,
      remove: snapshots,
      reasons: z.array(z.object({ matches: z.array(z.string()).nullish() })).nullish(),
    }),
  )
  .nullable()
  .transform((groups) => groups ?? []);

export type ForgetOutput = z.output<typeof forgetSchema>;

/** restic's options for the keep rules; a rule of 0 is no rule. */
export function keepOptions(keep: KeepRules): string[] {
  return (["daily", "weekly", "monthly", "yearly"] as const).flatMap((period) =>
    keep[period] > 0 ? [`--keep-${period}`, String(keep[period])] : [],
  );
}

/** Everything that restic saw, as a listing: its dry run names each snapshot once, kept or not. */
export function listingOfForget(output: ForgetOutput, damaged: readonly string[]): VaultListing {
  return listingOf(
    output.flatMap((group) => [...(group.keep ?? []), ...(group.remove ?? [])]),
    damaged,
  );
}

function reasonsBySnapshot(output: ForgetOutput): Map<string, readonly string[]> {
  const reasons = new Map<string, readonly string[]>();
  for (const group of output) {
    for (const [index, snapshot] of (group.keep ?? []).entries()) {
      const matches = group.reasons?.[index]?.matches ?? [];
      reasons.set(snapshot.id, matches.length > 0 ? matches : ["keep rule"]);
    }
  }
  return reasons;
}

const dayOf = ({ taken_at }: VaultEntry) => utcDay(taken_at);

/**
 * What stays and what goes. restic decides by the keep rules; the newest backup and the newest proven one stay
 * whatever it says. A backup stays if any of its uploads does, and then with all of them. A safety backup holds what
 * somebody has recovered from: where the rules keep it for a day, that day's newest usual backup stays as well.
 */
export function planRetention(
  output: ForgetOutput,
  entries: readonly VaultEntry[],
  proven: readonly string[],
): RetentionPlan {
  const byRestic = reasonsBySnapshot(output);
  // A proof may be of a backup that is gone, or of an archive that never was here: that must not take the protection away.
  const newestProven = proven.find((id) => entries.some((entry) => entry.id === id));
  const ruled = (entry: VaultEntry) =>
    [entry.snapshot, ...entry.superseded].flatMap((snapshot) => byRestic.get(snapshot) ?? []);
  const isSafety = ({ purpose }: VaultEntry) => purpose === "safety";
  const daysOfSafety = new Set(entries.filter((e) => isSafety(e) && ruled(e).length > 0).map(dayOf));
  const usual = entries.filter((entry) => !isSafety(entry));
  const beside = new Set([...daysOfSafety].map((day) => usual.find((entry) => dayOf(entry) === day)));
  const keep: { entry: VaultEntry; reasons: readonly string[] }[] = [];
  const remove: VaultEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    const reasons = new Set([
      ...(index === 0 ? ["newest backup"] : []),
      ...(entry.id === newestProven ? ["newest proven backup"] : []),
      ...(entry === usual[0] && index > 0 ? ["newest but for safety backups"] : []),
      ...(beside.has(entry) ? ["backup of a day with a safety backup"] : []),
      ...ruled(entry),
    ]);
    if (reasons.size > 0) keep.push({ entry, reasons: [...reasons] });
    else remove.push(entry);
  }
  return { keep, remove };
}

/** What must hold before anything may go. */
export interface RetentionSituation {
  readonly listing: VaultListing;
  readonly lastFailure: LastFailure | null;
  /** Seconds. */
  readonly maxAge: number;
  readonly now: Date;
}

/** A backup of the future would make real ones look old; clocks may differ by so much. */
const clockTolerance = 300;

/**
 * Why nothing may be removed; null where it may.
 *
 * A failure says that nobody knows whether there will ever be another good backup, so everything stays. A full vault is the
 * one failure that only a removal ends, and it says nothing against the database or the backups that are there. So the
 * rules go on then. They count backups and not days: however long the vault has been full, they take no more than they
 * would have taken on the first night. The newest backup is older then than it may be; the run that found no room must
 * not be, or nobody takes backups any more.
 */
export function refusal({ listing, lastFailure, maxAge, now }: RetentionSituation): string | null {
  const newest = listing.entries[0];
  if (lastFailure?.vaultFull === false) return "the last backup run failed";
  if (newest === undefined) return "there is none at all";
  if (listing.unreadable.length > 0) return `snapshots cannot be read (${listing.unreadable.join(", ")})`;
  const age = Math.round((now.getTime() - Date.parse(newest.taken_at)) / 1000);
  if (age < -clockTolerance) return `the newest, ${newest.id}, claims to be taken in the future`;
  const sinceFull = lastFailure === null ? age : Math.round((now.getTime() - lastFailure.at.getTime()) / 1000);
  if (age > maxAge && sinceFull > maxAge) {
    return `the newest, ${newest.id}, is ${spellSeconds(age)} old, and may be ${spellSeconds(maxAge)}`;
  }
  return null;
}
