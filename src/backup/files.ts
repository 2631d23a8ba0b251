import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { fileSize, inTurns } from "../base/small-files.ts";
import type { Manifest } from "./manifest.ts";

/** Name of the manifest in a backup's directory. */
export const manifestFile = "backup.json";

/** A file's path relative to the backup's directory, with `/`, and whether it is a plain file. */
export interface FoundFile {
  readonly path: string;
  readonly plain: boolean;
}

/** Every file below a backup's directory but the manifest, in the order of their paths. Links are not followed. */
export async function listFiles(directory: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const walk = async (below: string) => {
    for (const entry of await readdir(join(directory, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (path !== manifestFile) found.push({ path, plain: entry.isFile() });
    }
  };
  await walk("");
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Read at a time. One buffer per file in work, used over and over: what streams allocate anew outruns the collector. */
const bufferSize = 512 * 1024;

/** A file of a backup, by its path relative to the backup's directory. */
export type HashedFile = Manifest["files"][number];

/** SHA-256 and size of a file, in memory that does not depend on its size. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<{ bytes: number; sha256: string }> {
  await using file = await open(path);
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(Math.min(bufferSize, Math.max((await file.stat()).size, 1)));
  let bytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
    if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") };
    hash.update(buffer.subarray(0, bytesRead));
    bytes += bytesRead;
  }
}

/** Files up to this size are read whole. */
const smallFile = 64 * 1024;

function hashSmall(path: string): { bytes: number; sha256: string } {
  const content = readFileSync(path);
  return { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

/**
 * Hashes files, large ones a few at a time.
 *
 * @throws the signal's reason where it stopped us
 */
export async function hashFiles(
  directory: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<HashedFile[]> {
  const isSmall = (path: string) => (fileSize(path) ?? Infinity) <= smallFile;
  const small = await inTurns(paths, (path) => {
    signal?.throwIfAborted();
    const file = join(directory, path);
    return isSmall(file) ? hashSmall(file) : null;
  });
  const places = paths.map((path, place) => ({ path, known: small[place] ?? null }));
  return pLimit(4).map(places, async ({ path, known }) => ({
    path,
    ...(known ?? (await hashFile(join(directory, path), signal))),
  }));
}

/** JSON with the keys of every object in order, so that equal values have equal texts. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** SHA-256 over all of a manifest but the digest itself; through the list of files over every byte of the backup. */
export function digestOf(manifest: Omit<Manifest, "digest"> & { readonly digest?: string }): string {
  const { digest: _, ...rest } = manifest;
  return createHash("sha256").update(canonicalJson(rest)).digest("hex");
}
