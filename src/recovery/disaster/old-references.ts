import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";

/** A line that names the old project. The line itself may hold a secret, so only its place is told. */
export interface OldReference {
  readonly file: string;
  readonly line: number;
}

const leftOut = new Set([".git", "node_modules", "dist", "reports", ".ithaca"]);
/** Larger files are no configuration. */
const largest = 1_000_000;

/**
 * Searches folders for a project's ref. Symbolic links are not followed.
 *
 * @param root paths in the answer are relative to it
 */
export async function findReferences(root: string, folders: readonly string[], ref: string): Promise<OldReference[]> {
  const found: OldReference[] = [];
  const look = async (path: string): Promise<void> => {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!leftOut.has(entry.name)) await look(inside);
      } else if (entry.isFile() && (await stat(inside)).size <= largest) {
        const lines = (await readFile(inside, "latin1")).split("\n");
        for (const [index, line] of lines.entries()) {
          if (line.includes(ref)) found.push({ file: relative(root, inside), line: index + 1 });
        }
      }
    }
  };
  for (const folder of folders) await look(join(root, folder));
  return found;
}
