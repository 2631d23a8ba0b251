import { basename } from "node:path";
import type { Manifest } from "../backup/manifest.ts";
import { findServer } from "../postgres/clients.ts";
import type { OpenedForeign } from "../restore/foreign/open-foreign.ts";
import { version } from "./run-facts.ts";

/** The major in a version such as `15.18 (Debian ...)`; null where there is none. */
export const majorIn = (text: string | null): number | null => {
  const digits = /^\D*(\d+)/.exec(text ?? "")?.[1];
  return digits === undefined ? null : Number(digits);
};

/** What is known of the archive in the form in which every backup is described. */
export async function manifestOf(opened: OpenedForeign, database: string): Promise<Manifest> {
  const { header, locale, files, digest, bytes, writtenAt } = opened;
  const takenAt = header.takenAt ?? writtenAt.toISOString();
  const [first] = files;
  const stem = basename(files.length === 1 ? (first?.path ?? "") : (first?.path.split("/")[0] ?? "archive"));
  const major = majorIn(header.serverVersion) ?? (await findServer()).major;
  return {
    format: 1,
    id: `${stem}-${digest.slice(0, 8)}`,
    database: database,
    taken_at: new Date(takenAt).toISOString(),
    started_at: new Date(takenAt).toISOString(),
    finished_at: new Date(takenAt).toISOString(),
    versions: {
      ithaca: version,
      server: header.serverVersion ?? "unknown",
      server_num: major * 10_000,
      pg_dump: header.dumpVersion ?? "unknown",
    },
    server: {
      database: database,
      encoding: locale?.encoding ?? "UTF8",
      collate: locale?.collate ?? "C.UTF-8",
      ctype: locale?.ctype ?? "C.UTF-8",
      locale_provider: locale?.provider ?? "libc",
      icu_locale: locale?.icuLocale ?? null,
    },
    sizes: { database_bytes: 0, dump_bytes: bytes },
    files: [...files],
    digest,
    left_out: [],
    scope: { excludedSchemas: [], excludedTables: [], excludedRows: [], excludedExtensions: [] },
  };
}
