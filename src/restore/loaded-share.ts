import { stat } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import type { ArchiveEntry } from "./archive.ts";

/** So many files are looked at together. */
const filesAtATime = 16;

/** What has begun to load, in words and as the share of the bytes that it stands for. */
export interface LoadedShare {
  readonly text: string;
  /** Undefined where no file's size is known, as of packed ones. */
  readonly share: number | undefined;
}

/**
 * Counts how much of the rows of an archive is loaded, by the size of their files.
 *
 * @returns takes the name of the table that pg_restore begins with, such as `public.orders`: what began before is taken
 *   to be done, that table itself is not
 */
export async function countLoaded(
  dump: string,
  entries: readonly ArchiveEntry[],
): Promise<(table: string) => LoadedShare> {
  const tables = entries.filter(({ desc, fileName }) => desc === "TABLE DATA" && fileName !== "");
  const sizes = await pLimit(filesAtATime).map(tables, ({ fileName }) =>
    stat(join(dump, fileName)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  const bytes = new Map(tables.map(({ namespace, tag }, index) => [`${namespace}.${tag}`, sizes[index] ?? 0]));
  const total = sizes.reduce((sum, size) => sum + size, 0);
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
