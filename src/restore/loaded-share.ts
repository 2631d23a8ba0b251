import type { ArchiveEntry } from "./archive.ts";
import { rowEntries } from "./row-files.ts";

/** What has begun to load, in words and as the share of the bytes that it stands for. */
export interface LoadedShare {
  readonly text: string;
  /** Undefined where no file's size is known, as of packed ones. */
  readonly share: number | undefined;
}

/**
 * Counts how much of the rows of an archive is loaded, by the size of their files.
 *
 * @param sizes bytes by dump id
 * @returns takes the name of the table that pg_restore begins with, such as `public.orders`: what began before is taken
 *   to be done, that table itself is not
 */
export function countLoaded(
  entries: readonly ArchiveEntry[],
  sizes: ReadonlyMap<number, number>,
): (table: string) => LoadedShare {
  const tables = rowEntries(entries);
  const bytes = new Map(tables.map(({ namespace, tag, dumpId }) => [`${namespace}.${tag}`, sizes.get(dumpId) ?? 0]));
  const total = [...bytes.values()].reduce((sum, size) => sum + size, 0);
  let begun = 0;
  let before = 0;
  let under = 0;
  return (table) => {
    begun += 1;
    before += under;
    under = bytes.get(table) ?? 0;
    return { text: `${begun} of ${tables.length} tables`, share: total === 0 ? undefined : before / total };
  };
}
