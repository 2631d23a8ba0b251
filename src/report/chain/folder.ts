import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { codeOf } from "../../base/errors.ts";
import { linkAt } from "./link.ts";
import type { LinkFile } from "./types.ts";

/** Every file below a folder, relative to it, with `/`; none where there is no folder yet. */
export async function filesBelow(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
      .sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return [];
    throw error;
  }
}

/** The newest link file of a chain, as a list of one or none: what `chainHead` and `nextLinks` need of it. */
export async function newestLinks(directory: string, database: string): Promise<LinkFile[]> {
  const names = (await filesBelow(join(directory, `chain/${database}`))).filter(
    (name) => linkAt(`chain/${database}/${name}`) !== null,
  );
  const newest = names
    .map((name) => `chain/${database}/${name}`)
    .reduce<string | null>(
      (best, path) =>
        (linkAt(path)?.sequence ?? 0) > (best === null ? 0 : (linkAt(best)?.sequence ?? 0)) ? path : best,
      null,
    );
  return newest === null ? [] : [{ path: newest, text: await readFile(join(directory, newest), "utf8") }];
}
