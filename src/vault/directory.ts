import { lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { inTurns } from "../base/small-files.ts";

/** What a directory holds, down to its leaves. */
export interface DirectoryContent {
  readonly files: number;
  readonly bytes: number;
  /** Paths of whatever is neither file nor directory: a backup has no such thing. */
  readonly strange: readonly string[];
}

/** Counts a directory's files and their bytes, without following links. */
export async function measureDirectory(directory: string): Promise<DirectoryContent> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const path = (item: (typeof found)[number]) => join(item.parentPath, item.name);
  const sizes = await inTurns(
    found.filter((item) => item.isFile()),
    (file) => lstatSync(path(file)).size,
  );
  return {
    files: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    strange: found
      .filter((item) => !item.isFile() && !item.isDirectory())
      .map((item) => relative(directory, path(item))),
  };
}
