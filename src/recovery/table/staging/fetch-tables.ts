import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, hashFile } from "../../../backup/files.ts";
import type { Manifest } from "../../../backup/manifest.ts";
import { readManifest } from "../../../backup/open-backup.ts";
import type { QualifiedName } from "../../../postgres/quote.ts";
import { DamagedArchive, readArchive } from "../../../restore/archive.ts";
import type { Vault, VaultEntry, VaultOptions } from "../../../vault/types.ts";
import { tableErrors } from "../errors.ts";
import { dataEntries } from "./wanted-entries.ts";

/** A backup's directory in which only what some tables need is known to be there and to be right. */
export interface PartialBackup {
  readonly directory: string;
  readonly manifest: Manifest;
  /** What was read, as paths within the backup. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** Bytes of the tables' own files, and of everything else that was read. */
  readonly table_bytes: number;
  readonly metadata_bytes: number;
}

/** What every recovery of a table reads besides its rows: definitions, roles, counts and hashes. */
const metadata = ["backup.json", "census.json", "roles.sql", "dump/toc.dat"];

/** The digest of a backup as it was recorded outside the vault; null where it was not. */
export type RecordedDigest = (id: string) => Promise<string | null>;

/** Makes paths of a backup readable below its directory. */
type Bring = (paths: readonly string[]) => Promise<void>;

function assertWhole(manifest: Manifest, recorded: readonly (string | null)[]): void {
  const why =
    digestOf(manifest) !== manifest.digest
      ? "its backup.json was changed"
      : recorded.some((digest) => digest !== null && digest !== manifest.digest)
        ? "its digest is not the one that was recorded"
        : null;
  if (why !== null) throw tableErrors.damaged_backup({ id: manifest.id, why });
}

/** @throws table.damaged_backup where a file is not the one that was written */
async function verify(directory: string, manifest: Manifest, paths: readonly string[]) {
  const found: { path: string; bytes: number }[] = [];
  for (const { path, bytes, sha256 } of manifest.files.filter((file) => paths.includes(file.path))) {
    const full = join(directory, path);
    const plain = await lstat(full).then(
      (file) => file.isFile(),
      () => false,
    );
    const actual = plain ? await hashFile(full) : null;
    if (actual?.bytes !== bytes || actual.sha256 !== sha256) {
      const why = `its file ${path} is ${plain ? "not the one that was written" : "missing"}`;
      throw tableErrors.damaged_backup({ id: manifest.id, why });
    }
    found.push({ path, bytes });
  }
  return found;
}

async function bringTables(
  directory: string,
  tables: readonly QualifiedName[],
  recorded: (id: string) => Promise<readonly (string | null)[]>,
  bring: Bring,
): Promise<PartialBackup> {
  await bring(metadata);
  const manifest = await readManifest(directory);
  assertWhole(manifest, await recorded(manifest.id));
  const first = await verify(directory, manifest, metadata);
  const archive = await readArchive(join(directory, "dump")).catch((cause: unknown) => {
    if (!(cause instanceof DamagedArchive)) throw cause;
    throw tableErrors.damaged_backup({ id: manifest.id, why: cause.message }, { cause });
  });
  const data = dataEntries(archive.entries, tables);
  const listed = new Map(manifest.files.map((file) => [file.path, file.path]));
  // A hostile archive may name any file; only what the manifest lists is ever asked for.
  const paths = data.flatMap(({ fileName }) =>
    ["", ".gz", ".lz4", ".zst"].flatMap((suffix) => listed.get(`dump/${fileName}${suffix}`) ?? []),
  );
  if (paths.length > 0) await bring(paths);
  const second = await verify(directory, manifest, paths);
  const sum = (files: readonly { bytes: number }[]) => files.reduce((total, { bytes }) => total + bytes, 0);
  return {
    directory,
    manifest,
    files: [...first, ...second],
    table_bytes: sum(second),
    metadata_bytes: sum(first),
  };
}

/**
 * Fetches from the vault what some tables need, and nothing else: their own files and the backup's metadata, in two calls of
 * restic. Every file is verified against the manifest, and the manifest against the digest of the listing and the one
 * that was recorded outside the vault: who can write to the vault can make a listing say anything.
 *
 * @param recordedDigest of a backup's id; null where none was recorded
 * @throws table.damaged_backup, and what the vault throws
 */
export function fetchTables(
  vault: Vault,
  entry: VaultEntry,
  destination: string,
  tables: readonly QualifiedName[],
  recordedDigest: RecordedDigest,
  options: VaultOptions,
): Promise<PartialBackup> {
  const recorded = async (id: string) => [entry.digest, await recordedDigest(id)];
  return bringTables(destination, tables, recorded, (include) =>
    vault.fetch(entry, destination, { ...options, include }),
  );
}

/** The same of a backup directory that lies here: only these files are read and verified. */
export function openTablesOf(
  directory: string,
  tables: readonly QualifiedName[],
  recordedDigest: RecordedDigest,
): Promise<PartialBackup> {
  return bringTables(
    directory,
    tables,
    async (id) => [await recordedDigest(id)],
    async () => {},
  );
}
