import { lstat, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import type { ArchiveEntry } from "./archive.ts";

/** A data file that is not as pg_dump leaves it. */
export interface BadFile {
  readonly entry: ArchiveEntry;
  readonly message: string;
  /** False where pg_restore must not be let near it. */
  readonly loadable: boolean;
}

/** What pg_dump may name its files. Anything else would lead pg_restore out of the archive's directory. */
const plainName = /^(\d+\.dat|blobs(_\d+)?\.toc)$/;
const compressedSuffixes = [".gz", ".lz4", ".zst"];
/** pg_dump closes the rows of a table with an end-of-data marker; a file that was cut off lacks it, and COPY would not notice. */
const endOfRows = "\\.\n\n\n";
/** So many files are looked at together: 5,000 tables are 5,000 files. */
const filesAtATime = 16;

/** The kind of file under a name, without following links: `null` where there is none. */
async function regularFile(path: string): Promise<{ size: number } | "special" | null> {
  try {
    const stat = await lstat(path);
    return stat.isFile() ? { size: stat.size } : "special";
  } catch {
    return null;
  }
}

async function lastBytes(path: string, size: number, count: number): Promise<string> {
  await using file = await open(path);
  const length = Math.min(size, count);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString("latin1");
}

/** Whether an uncompressed file of COPY rows is whole; null where that cannot be told (compressed, or INSERTs). */
async function isWhole(entry: ArchiveEntry, path: string, size: number): Promise<boolean | null> {
  if (!entry.copyStatement.startsWith("COPY ")) return null;
  return (await lastBytes(path, size, endOfRows.length)) === endOfRows;
}

async function checkFile(directory: string, entry: ArchiveEntry, name: string): Promise<BadFile | null> {
  if (!plainName.test(name)) {
    return { entry, message: "its file name leads out of the archive, so it was not loaded", loadable: false };
  }
  const path = join(directory, name);
  const plain = await regularFile(path);
  if (plain === "special") return { entry, message: `${name} is a link or no regular file`, loadable: false };
  if (plain !== null) {
    const whole = name.endsWith(".dat") ? await isWhole(entry, path, plain.size) : null;
    return whole === false ? { entry, message: `${name} is cut off: its end is missing`, loadable: true } : null;
  }
  for (const suffix of compressedSuffixes) {
    const packed = await regularFile(path + suffix);
    if (packed === "special")
      return { entry, message: `${name}${suffix} is a link or no regular file`, loadable: false };
    if (packed !== null) return null;
  }
  return { entry, message: `${name} is missing from the archive`, loadable: false };
}

/** The data files that a table of contents of large objects names; null where it is damaged. */
async function largeObjectFiles(directory: string, name: string): Promise<string[] | null> {
  const lines = (await readFile(join(directory, name), "latin1")).split("\n").filter((line) => line !== "");
  const files = lines.map((line) => /^\d+ (blob_\d+\.dat)$/.exec(line)?.[1]);
  return files.every((file) => file !== undefined) ? files : null;
}

async function checkLargeObjects(directory: string, entry: ArchiveEntry): Promise<BadFile | null> {
  const packed = await Promise.all(compressedSuffixes.map((s) => regularFile(join(directory, entry.fileName + s))));
  if (packed.some((file) => file !== null)) return null;
  const files = await largeObjectFiles(directory, entry.fileName);
  if (files === null) return { entry, message: `${entry.fileName} is damaged`, loadable: false };
  for (const file of files) {
    const found = await Promise.all(["", ...compressedSuffixes].map((s) => regularFile(join(directory, file + s))));
    if (found.includes("special")) return { entry, message: `${file} is a link or no regular file`, loadable: false };
    if (found.every((one) => one === null)) {
      return { entry, message: `${file} is missing from the archive`, loadable: false };
    }
  }
  return null;
}

/**
 * Looks at the data files of an archive before pg_restore does: each must be there, be a regular file inside the
 * archive's directory, and be whole. pg_restore itself follows any path and any link, ends altogether at a missing
 * file, and loads the rows before a cut without a word.
 */
export async function checkArchiveFiles(directory: string, entries: readonly ArchiveEntry[]): Promise<BadFile[]> {
  const found = await pLimit(filesAtATime).map(entries, async (entry): Promise<BadFile | null> => {
    if (entry.fileName === "") {
      const message = "the archive names no file for its rows";
      return entry.desc === "TABLE DATA" ? { entry, message, loadable: false } : null;
    }
    const fault = await checkFile(directory, entry, entry.fileName);
    return fault ?? (entry.fileName.endsWith(".toc") ? checkLargeObjects(directory, entry) : null);
  });
  return found.filter((fault) => fault !== null);
}
