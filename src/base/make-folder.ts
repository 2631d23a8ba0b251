import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "./errors.ts";

/**
 * Makes a folder with those above it, at a path that somebody gave. Node's own `recursive` never ends where the system says
 * of a folder that cannot be made that it "is not there", as it does below /proc: so it is asked for one at a time.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (codeOf(error) === "ENOENT" && dirname(path) !== path) {
      await makeFolder(dirname(path), mode);
      await mkdir(path, { mode });
    } else if (codeOf(error) !== "EEXIST" || !(await stat(path)).isDirectory()) throw error;
  }
}
