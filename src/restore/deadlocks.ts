import type { ArchiveEntry } from "./archive.ts";
import type { LoadResult } from "./pg-restore.ts";

const deadlock = /\bdeadlock detected\b/;

/**
 * Jobs that build the keys and indexes of partitioned tables side by side may wait for each other; PostgreSQL then ends one
 * of them: that is no fault of the archive. What failed beside it may have waited for what it was to make, so all of
 * it is loaded once more, one entry after the other.
 *
 * @param first the load that ran in jobs, of what comes after the rows: each of these entries is made whole or not at all
 * @param again loads entries one after the other
 */
export async function pastDeadlocks(
  entries: readonly ArchiveEntry[],
  first: LoadResult,
  again: (entries: readonly ArchiveEntry[]) => Promise<LoadResult>,
): Promise<LoadResult> {
  if (!first.errors.some(({ message }) => deadlock.test(message))) return first;
  const failed = new Set(first.errors.map(({ dumpId }) => dumpId));
  const wanted = entries.filter(({ dumpId }) => failed.has(dumpId));
  if (wanted.length === 0) return first;
  const second = await again(wanted);
  const tried = new Set(wanted.map(({ dumpId }) => dumpId));
  return {
    ...first,
    errors: [...first.errors.filter(({ dumpId }) => dumpId === null || !tried.has(dumpId)), ...second.errors],
    ranToItsEnd: first.ranToItsEnd && second.ranToItsEnd,
    seconds: first.seconds + second.seconds,
  };
}
