import { lstat, readdir } from "node:fs/promises";
import { join, relative } from "node:path";

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
  const strange: string[] = [];
  let [files, bytes] = [0, 0];
  for (const item of found) {
    const path = join(item.parentPath, item.name);
    if (item.isFile()) {
      files += 1;
      bytes += (await lstat(path)).size;
    } else if (!item.isDirectory()) strange.push(relative(directory, path));
  }
  return { files, bytes, strange };
}
