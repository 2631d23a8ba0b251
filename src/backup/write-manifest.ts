import { randomBytes } from "node:crypto";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { digestOf, type HashedFile, hashFiles, listFiles, manifestFile } from "./files.ts";
import type { Manifest } from "./manifest.ts";

/** The version of this program. */
export const ithacaVersion: string = packageJson.version;

/** `2026-11-22T02-00-05Z-inner-odyssey-4f1c2a9b`: sorts by time, is a file name everywhere, and is never used twice. */
export function backupId(startedAt: Date, name: string): string {
  const time = startedAt
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");
  return `${time}-${name}-${randomBytes(4).toString("hex")}`;
}

/**
 * Hashes every file of a backup's directory and writes the manifest, last of all and in one move: a directory with a
 * backup.json is a whole backup.
 *
 * @param dumped the files that are hashed already
 */
export async function writeManifest(
  directory: string,
  known: Omit<Manifest, "files" | "digest" | "sizes" | "finished_at">,
  dumped: readonly HashedFile[],
  databaseBytes: number,
  finishedAt: () => Date,
): Promise<Manifest> {
  const already = new Set(dumped.map(({ path }) => path));
  const others = (await listFiles(directory)).map(({ path }) => path).filter((path) => !already.has(path));
  const files = [...dumped, ...(await hashFiles(directory, others))].sort((a, b) => (a.path < b.path ? -1 : 1));
  const dumpBytes = files.filter(({ path }) => path.startsWith("dump/")).reduce((sum, { bytes }) => sum + bytes, 0);
  const rest = {
    ...known,
    finished_at: finishedAt().toISOString(),
    sizes: { database_bytes: databaseBytes, dump_bytes: dumpBytes },
    files,
  };
  const manifest: Manifest = { ...rest, digest: digestOf(rest) };
  const path = join(directory, manifestFile);
  const draft = `${path}.partial`;
  await using file = await open(draft, "wx", 0o600);
  await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
  await file.sync();
  await rename(draft, path);
  return manifest;
}
