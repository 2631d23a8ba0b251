import { closeSync, lstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { inTurns } from "../base/small-files.ts";
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

/** The kind of file under a name, without following links: `null` where there is none. */
function regularFile(path: string): { size: number } | "special" | null {
  try {
    const stat = lstatSync(path);
    return stat.isFile() ? { size: stat.size } : "special";
  } catch {
    return null;
  }
}

function lastBytes(path: string, size: number, count: number): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(Math.min(size, count));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("latin1");
  } finally {
    closeSync(file);
  }
}

/** Whether an uncompressed file of COPY rows is whole; null where that cannot be told (compressed, or INSERTs). */
function isWhole(entry: ArchiveEntry, path: string, size: number): boolean | null {
  if (!entry.copyStatement.startsWith("COPY ")) return null;
  return lastBytes(path, size, endOfRows.length) === endOfRows;
}

function checkFile(directory: string, entry: ArchiveEntry, name: string): BadFile | null {
  if (!plainName.test(name)) {
    return { entry, message: "its file name leads out of the archive, so it was not loaded", loadable: false };
  }
  const path = join(directory, name);
  const plain = regularFile(path);
  if (plain === "special") return { entry, message: `${name} is a link or no regular file`, loadable: false };
  if (plain !== null) {
    const whole = name.endsWith(".dat") ? isWhole(entry, path, plain.size) : null;
    return whole === false ? { entry, message: `${name} is cut off: its end is missing`, loadable: true } : null;
  }
  for (const suffix of compressedSuffixes) {
    const packed = regularFile(path + suffix);
    if (packed === "special")
      return { entry, message: `${name}${suffix} is a link or no regular file`, loadable: false };
    if (packed !== null) return null;
  }
  return { entry, message: `${name} is missing from the archive`, loadable: false };
}

/** The data files that a table of contents of large objects names; null where it is damaged. */
function largeObjectFiles(directory: string, name: string): string[] | null {
  const lines = readFileSync(join(directory, name), "latin1")
    .split("\n")
    .filter((line) => line !== "");
  const files = lines.map((line) => /^\d+ (blob_\d+\.dat)$/.exec(line)?.[1]);
  return files.every((file) => file !== undefined) ? files : null;
}

function checkLargeObjects(directory: string, entry: ArchiveEntry): BadFile | null {
  const kinds = (name: string, suffixes: readonly string[]) =>
    suffixes.map((suffix) => regularFile(join(directory, name + suffix)));
  if (kinds(entry.fileName, compressedSuffixes).some((file) => file !== null)) return null;
  const files = largeObjectFiles(directory, entry.fileName);
  if (files === null) return { entry, message: `${entry.fileName} is damaged`, loadable: false };
  for (const file of files) {
    const found = kinds(file, ["", ...compressedSuffixes]);
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
  const found = await inTurns(entries, (entry): BadFile | null => {
    if (entry.fileName === "") {
      const message = "the archive names no file for its rows";
      return entry.desc === "TABLE DATA" ? { entry, message, loadable: false } : null;
    }
    const fault = checkFile(directory, entry, entry.fileName);
    return fault ?? (entry.fileName.endsWith(".toc") ? checkLargeObjects(directory, entry) : null);
  });
  return found.filter((fault) => fault !== null);
}
