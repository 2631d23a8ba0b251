import { join } from "node:path";
import { fileSize, inTurns } from "../base/small-files.ts";
import type { ArchiveEntry } from "./archive.ts";

/** Entries of rows that have a file of their own. */
export function rowEntries(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  return entries.filter(({ desc, fileName }) => desc === "TABLE DATA" && fileName !== "");
}

/** Bytes of the files of rows, by dump id. One that is missing has 0: it is in the ledger already. */
export async function rowBytes(dump: string, entries: readonly ArchiveEntry[]): Promise<Map<number, number>> {
  const size = ({ dumpId, fileName }: ArchiveEntry) => [dumpId, fileSize(join(dump, fileName)) ?? 0] as const;
  return new Map(await inTurns(rowEntries(entries), size));
}
