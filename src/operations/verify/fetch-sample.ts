import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, hashFiles } from "../../backup/files.ts";
import { type Manifest, scopeOf } from "../../backup/manifest.ts";
import { type OpenedBackup, readManifest } from "../../backup/open-backup.ts";
import { readCensusFile } from "../../census/census-file.ts";
import type { ArchiveProblem } from "../../proof/types.ts";
import { type ArchiveEntry, DamagedArchive, readArchive } from "../../restore/archive.ts";
import type { Vault, VaultEntry, VaultOptions } from "../../vault/types.ts";
import { verifyErrors } from "./errors.ts";

/** What every verification reads besides rows: what the backup is, what was counted, roles, and the table of contents. */
const metadata = ["census.json", "roles.sql", "dump/toc.dat"];

/** A backup of which not every file is here. */
export interface PartialBackup extends Omit<OpenedBackup, "problems"> {
  readonly directory: string;
  readonly entries: readonly ArchiveEntry[];
  /** What the files that were read have against the manifest. */
  readonly problems: ArchiveProblem[];
  /** Paths that were read and held against the manifest. */
  readonly read: string[];
}

const short = (sha256: string) => `sha256:${sha256.slice(0, 12)}`;

/** Holds files against the manifest. What is wrong is a finding: everything that is wrong is to be told. */
async function compareFiles(
  directory: string,
  manifest: Manifest,
  paths: readonly string[],
): Promise<ArchiveProblem[]> {
  const wanted = new Set(paths);
  const listed = manifest.files.filter(({ path }) => wanted.has(path));
  const plain: string[] = [];
  for (const { path } of listed) {
    if (
      await lstat(join(directory, path)).then(
        (file) => file.isFile(),
        () => false,
      )
    )
      plain.push(path);
  }
  const found = new Map((await hashFiles(directory, plain)).map((file) => [file.path, file]));
  return listed.flatMap(({ path, bytes, sha256 }): ArchiveProblem[] => {
    const actual = found.get(path);
    if (actual === undefined) return [{ path, expected: `${bytes} bytes`, actual: "missing" }];
    if (actual.bytes !== bytes) return [{ path, expected: `${bytes} bytes`, actual: `${actual.bytes} bytes` }];
    return actual.sha256 === sha256 ? [] : [{ path, expected: short(sha256), actual: short(actual.sha256) }];
  });
}

/**
 * Fetches what a backup says of itself, and no row.
 *
 * @throws verify.damaged, and what the vault throws
 */
export async function fetchMetadata(
  vault: Vault,
  entry: VaultEntry,
  directory: string,
  options: VaultOptions,
): Promise<PartialBackup> {
  await vault.fetch(entry, directory, { ...options, include: ["backup.json", ...metadata] });
  const manifest = await readManifest(directory);
  const problems = await compareFiles(directory, manifest, metadata);
  const digest = digestOf(manifest);
  for (const [whose, other] of [
    ["of its content", digest],
    ["in the listing", entry.digest],
  ] as const) {
    if (other === manifest.digest) continue;
    problems.push({ path: "backup.json", expected: short(manifest.digest), actual: `${short(other)} ${whose}` });
  }
  const census = await readCensusFile(join(directory, "census.json"));
  const { entries } = await readArchive(join(directory, "dump")).catch((cause: unknown) => {
    if (!(cause instanceof DamagedArchive)) throw cause;
    throw verifyErrors.damaged({ id: manifest.id, why: `its table of contents: ${cause.message}` }, { cause });
  });
  return { directory, manifest, census, scope: scopeOf(manifest), entries, problems, read: [...metadata] };
}

/** Fetches the files of a sample, and holds them against the manifest. */
export async function fetchRows(
  vault: Vault,
  entry: VaultEntry,
  backup: PartialBackup,
  paths: readonly string[],
  options: VaultOptions,
): Promise<void> {
  if (paths.length > 0) await vault.fetch(entry, backup.directory, { ...options, include: paths });
  backup.problems.push(...(await compareFiles(backup.directory, backup.manifest, paths)));
  backup.read.push(...paths);
}
