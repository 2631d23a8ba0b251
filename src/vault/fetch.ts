import { access, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { measureDirectory } from "./directory.ts";
import { vaultErrors } from "./errors.ts";
import { lockedIfPossible } from "./locks.ts";
import type { Restic } from "./restic.ts";
import { jsonLine, statusText } from "./status.ts";
import type { FetchOptions, VaultEntry } from "./types.ts";

/** A path within the backup directory as a restic pattern that matches nothing else. */
export function includePattern(path: string): string {
  return `/${path.replace(/^\.?\//, "").replace(/[\\*?[]/g, "\\$&")}`;
}

async function verifyWhole(entry: VaultEntry, destination: string): Promise<void> {
  const { files, bytes, strange } = await measureDirectory(destination);
  if (strange.length > 0) {
    throw vaultErrors.incomplete_fetch({ id: entry.id, why: `${strange.join(", ")} is no plain file` });
  }
  if (files !== entry.files || bytes !== entry.size_bytes) {
    const why = `${files} of ${entry.files} files and ${bytes} of ${entry.size_bytes} bytes came back`;
    throw vaultErrors.incomplete_fetch({ id: entry.id, why });
  }
}

async function verifyIncluded(entry: VaultEntry, destination: string, paths: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const path of paths) await access(join(destination, path)).catch(() => missing.push(path));
  if (missing.length > 0) {
    throw vaultErrors.incomplete_fetch({ id: entry.id, why: `${missing.join(", ")} is not in the backup` });
  }
}

/**
 * Lays the content of a backup directory straight into `destination`, in one call of restic: 0.3 to 0.7 s and the
 * download. Files, bytes and kinds are counted afterwards; the digest is the caller's to verify.
 *
 * @param destination is created where it does not exist; must be empty, unless only some files are fetched
 * @throws incomplete_fetch, damaged
 */
export async function fetch(
  restic: Restic,
  entry: VaultEntry,
  destination: string,
  options: FetchOptions = {},
): Promise<void> {
  const { include } = options;
  await mkdir(destination, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw vaultErrors.unwritable({ directory: destination, why: messageOf(cause) }, { cause });
  });
  if (include === undefined && (await readdir(destination)).length > 0) {
    throw vaultErrors.not_empty({ directory: destination });
  }
  const patterns = (include ?? []).flatMap((path) => ["--include", includePattern(path)]);
  const args = ["restore", entry.snapshot, "--target", destination, ...patterns];
  const onLine = (line: string) => {
    const status = statusText(jsonLine(line));
    if (status !== null) options.note?.(status);
  };
  await lockedIfPossible(options, (flags) => restic.call([...args, ...flags], { ...options, onLine }));
  await (include === undefined ? verifyWhole(entry, destination) : verifyIncluded(entry, destination, include));
}
