import { chmod, cp, mkdir, open, realpath, rm } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { run } from "../base/child-process.ts";
import { codeOf } from "../base/errors.ts";
import { type Scratch, scratchDirectory } from "../base/scratch.ts";
import type { Confinement } from "./confinement.ts";
import { rehearsalErrors } from "./errors.ts";

/** Where a command runs: a copy of its folder, and directories of its own. Disposing removes all of it. */
export interface Workspace extends AsyncDisposable {
  /** The copy of the folder. */
  readonly directory: string;
  readonly home: string;
  readonly temporary: string;
  /** For unix sockets; short, because their paths must be. */
  readonly sockets: string;
}

/** History and secrets have no place in a copy for a command that nobody vouches for. */
function belongsToCopy(path: string): boolean {
  const name = basename(path);
  return name !== ".git" && name !== ".ithaca" && !(name.startsWith(".env") && !name.endsWith(".example"));
}

/** Copies a folder for a command, and gives the copy to the OS user that it runs as. */
export async function makeWorkspace(source: string, name: string, user: Confinement["user"]): Promise<Workspace> {
  const scratch: Scratch = await scratchDirectory("rehearsal");
  const inside = (part: string) => join(scratch.path, part);
  const [directory, home, temporary, sockets] = [inside("work"), inside("home"), inside("tmp"), inside("s")];
  try {
    await cp(source, directory, { recursive: true, verbatimSymlinks: true, filter: belongsToCopy }).catch((cause) => {
      const why = codeOf(cause) || String(cause);
      throw rehearsalErrors.directory_missing({ directory: name, why }, { cause });
    });
    for (const path of [home, temporary, sockets]) await mkdir(path, { mode: 0o700 });
    await chmod(directory, 0o700);
    if (user !== null) await run("chown", ["-R", `${user.uid}:${user.gid}`, scratch.path]);
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
  return { directory, home, temporary, sockets, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}

const largestResults = 50_000_000;

/** A results file that an older run left behind says nothing of this one. */
export async function clearResults({ directory }: Workspace, path: string): Promise<void> {
  await rm(join(directory, path), { recursive: true, force: true });
}

/**
 * Reads the results that the command wrote, or "" where there are none. What it wrote is not trusted: a link that leads
 * out of the workspace, a pipe or a file of any size is no result.
 */
export async function readWritten({ directory }: Workspace, path: string): Promise<string> {
  try {
    const real = await realpath(join(directory, path));
    if (!real.startsWith(`${await realpath(directory)}${sep}`)) return "";
    await using file = await open(real);
    const { size } = await file.stat();
    return (await file.stat()).isFile() && size <= largestResults ? await file.readFile("utf8") : "";
  } catch {
    return "";
  }
}
