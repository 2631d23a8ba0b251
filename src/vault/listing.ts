import { z } from "zod";
import type { Restic } from "./restic.ts";
import { entryOf, isOurs, type Snapshot, snapshotSchema, tagFilter } from "./tags.ts";
import type { VaultEntry, VaultListing, VaultOptions } from "./types.ts";

const snapshotsSchema = z.array(snapshotSchema).nullable();

/**
 * restic leaves a damaged snapshot out of its list, says so on stderr only, and exits with 0. Versions differ: "could
 * not load snapshot 948c5902: ..." (0.14), `Ignoring "948c5902...": failed to load snapshot 948c5902: ...` (later).
 */
const unreadableSnapshot = /(?:could not load snapshot|failed to load snapshot|Ignoring) \\?"?([0-9a-f]{8})/g;

/** Short ids of the snapshots that restic could not read, from its stderr. */
export function unreadableIn(stderr: string): string[] {
  return [...new Set([...stderr.matchAll(unreadableSnapshot)].flatMap((match) => match[1] ?? []))];
}

function newestFirst(a: VaultEntry, b: VaultEntry): number {
  return Date.parse(b.taken_at) - Date.parse(a.taken_at) || Date.parse(b.saved_at) - Date.parse(a.saved_at);
}

/** Makes a listing of snapshots: ours only, one entry per id (the newest upload), newest first. */
export function listingOf(snapshots: readonly Snapshot[], damaged: readonly string[] = []): VaultListing {
  const uploads = new Map<string, VaultEntry[]>();
  const unreadable = [...damaged];
  for (const snapshot of snapshots.filter(isOurs)) {
    const entry = entryOf(snapshot);
    if (entry === null) unreadable.push(snapshot.id.slice(0, 8));
    else uploads.set(entry.id, [...(uploads.get(entry.id) ?? []), entry]);
  }
  const remarks: string[] = [];
  if (unreadable.length > 0) {
    remarks.push(`The vault holds snapshots that cannot be read as backups: ${unreadable.join(", ")}.`);
  }
  const entries = [...uploads.values()].flatMap((same) => {
    const [newest, ...older] = same.sort((a, b) => Date.parse(b.saved_at) - Date.parse(a.saved_at));
    if (newest === undefined) return [];
    if (older.length > 0) {
      remarks.push(`The backup ${newest.id} was uploaded ${same.length} times; the newest upload counts.`);
    }
    return [{ ...newest, superseded: older.map((entry) => entry.snapshot) }];
  });
  return { entries: entries.sort(newestFirst), unreadable, remarks };
}

/**
 * Lists the backups in one call of restic (0.3 to 0.7 s). No lock is taken: a listing works with a credential that only reads,
 * and while another run holds the vault exclusively.
 */
export async function list(restic: Restic, database?: string, options: VaultOptions = {}): Promise<VaultListing> {
  const { stdout, stderr } = await restic.call(["snapshots", "--no-lock", "--tag", tagFilter(database)], options);
  const listing = listingOf(restic.parse(snapshotsSchema, stdout) ?? [], unreadableIn(stderr));
  for (const remark of listing.remarks) options.warn?.(remark);
  return listing;
}
