import { stat } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import type { ArchiveEntry } from "./archive.ts";

/** So many files are looked at together. */
const filesAtATime = 16;

/** Entries of rows that have a file of their own. */
export function rowEntries(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  return entries.filter(({ desc, fileName }) => desc === "TABLE DATA" && fileName !== "");
}

/** Bytes of the files of rows, by dump id. One that is missing has 0: it is in the ledger already. */
export async function rowBytes(dump: string, entries: readonly ArchiveEntry[]): Promise<Map<number, number>> {
  const sizes = await pLimit(filesAtATime).map(rowEntries(entries), async ({ dumpId, fileName }) => {
    const { size } = await stat(join(dump, fileName)).catch(() => ({ size: 0 }));
    return [dumpId, size] as const;
  });
  return new Map(sizes);
}
