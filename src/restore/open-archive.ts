import { join } from "node:path";
import type { Manifest } from "../backup/manifest.ts";
import { messageOf } from "../base/errors.ts";
import { markerSchema } from "../census/marker-schema.ts";
import { type Archive, type ArchiveEntry, DamagedArchive, readArchive } from "./archive.ts";
import { listArchive } from "./pg-restore.ts";
import { agreeOnEntries, parseTocList } from "./toc.ts";

/** An archive whose table of contents pg_restore and we read alike, or why there is none. */
export type OpenedArchive =
  | {
      readonly dump: string;
      /** Every entry, those about the database itself included. */
      readonly all: readonly ArchiveEntry[];
      /** What pg_restore would load, in its order, but for the marker of a recovery. */
      readonly entries: readonly ArchiveEntry[];
    }
  | { readonly damaged: string };

/** The first major whose pg_dump writes a format. */
const majorOfFormat: ReadonlyMap<number, number> = new Map([
  [15, 16],
  [16, 17],
]);

/** The major of the pg_dump that wrote a backup, such as 15 for `pg_dump (PostgreSQL) 15.18 (Debian ...)`. */
export function dumpMajor(manifest: Manifest): number {
  const match = /(\d+)(?:\.\d+|devel|beta\d+|rc\d+)/.exec(manifest.versions.pg_dump);
  return match === null ? Math.floor(manifest.versions.server_num / 10_000) : Number(match[1]);
}

function formatFits(archive: Archive, manifest: Manifest): boolean {
  return dumpMajor(manifest) >= (majorOfFormat.get(archive.formatMinor) ?? 0);
}

/** Whether an entry is a recovery's marker, or says something of it: dumps of earlier versions may hold it. */
function isOfMarker({ desc, namespace, tag }: ArchiveEntry): boolean {
  if (namespace === markerSchema || (desc === "SCHEMA" && tag === markerSchema)) return true;
  return namespace === null && tag === `SCHEMA ${markerSchema}`;
}

/**
 * Opens the dump of a backup. A damaged one is a finding, not an exception: the backup is at fault.
 *
 * @param pgRestore path of a pg_restore that is new enough for the pg_dump that wrote it
 */
export async function openArchive(
  directory: string,
  manifest: Manifest,
  pgRestore: string,
  signal: AbortSignal,
): Promise<OpenedArchive> {
  const dump = join(directory, "dump");
  let archive: Archive;
  try {
    archive = await readArchive(dump);
  } catch (error) {
    if (error instanceof DamagedArchive) return { damaged: error.message };
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { damaged: "it is missing" };
    return { damaged: `it cannot be read: ${messageOf(error)}` };
  }
  if (!formatFits(archive, manifest)) return { damaged: "its format is newer than the pg_dump that wrote it" };
  const listing = await listArchive(pgRestore, dump, signal);
  if ("unreadable" in listing) return { damaged: "pg_restore cannot read it" };
  const entries = agreeOnEntries(parseTocList(listing.list), archive.entries);
  if (entries === null) return { damaged: "what pg_restore reads in it is not what it holds" };
  return { dump, all: archive.entries, entries: entries.filter((entry) => !isOfMarker(entry)) };
}
