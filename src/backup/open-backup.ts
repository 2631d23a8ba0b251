import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../base/errors.ts";
import { readCensusFile } from "../census/census-file.ts";
import type { Census, Scope } from "../census/types.ts";
import { backupErrors } from "./errors.ts";
import { digestOf, hashFiles, listFiles, manifestFile } from "./files.ts";
import { type Manifest, manifestSchema, scopeOf } from "./manifest.ts";

/** A file of a backup that is not as its manifest says. */
export interface BackupProblem {
  /** Relative to the backup's directory. */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** A backup as it lies in a directory, read and verified. */
export interface OpenedBackup {
  readonly manifest: Manifest;
  readonly census: Census;
  readonly scope: Scope;
  /** Empty where every file is the one that was written. */
  readonly problems: readonly BackupProblem[];
}

/**
 * Opens a backup directory. Every file is hashed and compared with the manifest, and the manifest with its digest;
 * what is not right is a finding, so that a proof can name all of it.
 *
 * @throws backup.not_a_backup where there is no manifest, or none that can be read; census.file_malformed where the
 *   census cannot be read, since nothing could be proved without it
 */
export async function openBackup(directory: string): Promise<OpenedBackup> {
  const manifest = await readManifest(directory);
  const problems = await verifyFiles(directory, manifest);
  const digest = digestOf(manifest);
  if (digest !== manifest.digest) {
    problems.push({ path: manifestFile, expected: short(manifest.digest), actual: short(digest) });
  }
  const census = await readCensusFile(join(directory, "census.json"));
  return { manifest, census, scope: scopeOf(manifest), problems };
}

/** Reads backup.json. Nothing in it is trusted before it was parsed. */
export async function readManifest(directory: string): Promise<Manifest> {
  const refuse = (why: string) => backupErrors.not_a_backup({ directory, why });
  let text: string;
  try {
    text = await readFile(join(directory, manifestFile), "utf8");
  } catch (cause) {
    const absent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw refuse(absent ? `it has no ${manifestFile}` : `${manifestFile} cannot be read (${messageOf(cause)})`);
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (thrown) {
    const why =
      thrown instanceof z.ZodError
        ? thrown.issues.map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`).join(", ")
        : "it is not JSON";
    throw refuse(`${manifestFile} is malformed: ${why}`);
  }
}

const short = (sha256: string) => `sha256:${sha256.slice(0, 12)}`;

async function verifyFiles(directory: string, manifest: Manifest): Promise<BackupProblem[]> {
  const found = new Map((await listFiles(directory)).map((file) => [file.path, file]));
  const plain = manifest.files.map(({ path }) => path).filter((path) => found.get(path)?.plain);
  const hashed = new Map((await hashFiles(directory, plain)).map((file) => [file.path, file]));
  const problems = manifest.files.flatMap(({ path, bytes, sha256 }): BackupProblem[] => {
    const actual = hashed.get(path);
    if (!found.has(path)) return [{ path, expected: `${bytes} bytes`, actual: "missing" }];
    if (actual === undefined) return [{ path, expected: "a file", actual: "a link or a device" }];
    if (actual.bytes !== bytes) return [{ path, expected: `${bytes} bytes`, actual: `${actual.bytes} bytes` }];
    return actual.sha256 === sha256 ? [] : [{ path, expected: short(sha256), actual: short(actual.sha256) }];
  });
  for (const { path } of manifest.files) found.delete(path);
  return [...problems, ...[...found.keys()].map((path) => ({ path, expected: "no such file", actual: "surplus" }))];
}
