import { access, constants, readdir, realpath } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import { run } from "../base/child-process.ts";
import { postgresErrors } from "./errors.ts";

/** One of PostgreSQL's programs on this machine. */
export interface Program {
  readonly path: string;
  /** As it says itself, such as `17.2` or `18beta1`. */
  readonly version: string;
  readonly major: number;
}

/** Where packagers put one folder per major: parent, the folder's name, where in it the programs are. */
const packaged: readonly { readonly parent: string; readonly name: RegExp; readonly programs: string }[] = [
  { parent: "/usr/lib/postgresql", name: /^\d+$/, programs: "bin" }, // Debian, Ubuntu, SUSE
  { parent: "/usr", name: /^pgsql-\d+$/, programs: "bin" }, // PGDG's RPMs
  { parent: "/usr/libexec", name: /^postgresql\d*$/, programs: "" }, // Alpine
  { parent: "/usr/local", name: /^pgsql$/, programs: "bin" }, // built from source
  { parent: "/opt/homebrew/opt", name: /^(postgresql|libpq)(@\d+)?$/, programs: "bin" },
  { parent: "/usr/local/opt", name: /^(postgresql|libpq)(@\d+)?$/, programs: "bin" },
  { parent: "/Applications/Postgres.app/Contents/Versions", name: /^\d+$/, programs: "bin" },
];

/** All folders that may hold PostgreSQL's programs: the PATH in its order, then where packagers put them. */
export async function programFolders(): Promise<string[]> {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const { parent, name, programs } of packaged) {
    const entries = await readdir(parent).catch(() => []);
    folders.push(...entries.filter((found) => name.test(found)).map((found) => join(parent, found, programs)));
  }
  return [...new Set(folders)];
}

const versions = new Map<string, Promise<{ version: string; major: number } | null>>();

/** What a program says when asked for its version, such as `pg_dump (PostgreSQL) 17.2 (Debian 17.2-1)`. */
export function parseVersion(output: string): { version: string; major: number } | null {
  const found = /\) ((\d+)(?:\.\d+|devel|(?:beta|rc)\d+)*)/.exec(output);
  return found?.[1] === undefined ? null : { version: found[1], major: Number(found[2]) };
}

function versionOf(path: string): Promise<{ version: string; major: number } | null> {
  const known = versions.get(path);
  if (known) return known;
  const asked = run(path, ["--version"], { timeout: 10_000 }).then(({ exitCode, stdout }) =>
    exitCode === 0 ? parseVersion(stdout) : null,
  );
  versions.set(path, asked);
  return asked;
}

/**
 * Every program of this name, in the order of the folders. Debian's `/usr/bin/pg_dump` is left out: it is a wrapper
 * that picks a version by the machine's own clusters, and the real ones are in the packager's folders.
 */
export async function findPrograms(tool: string, folders?: readonly string[]): Promise<Program[]> {
  const seen = new Set<string>();
  const paths: string[] = [];
  for (const folder of folders ?? (await programFolders())) {
    const path = join(folder, tool);
    const usable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!usable) continue;
    const real = await realpath(path).catch(() => path);
    if (basename(real) === "pg_wrapper" || seen.has(real)) continue;
    seen.add(real);
    paths.push(real);
  }
  const found = await Promise.all(paths.map(async (path) => ({ path, says: await versionOf(path) })));
  return found.flatMap(({ path, says }) => (says === null ? [] : [{ path, ...says }]));
}

/** The path of one of PostgreSQL's programs of whatever version: the newest at hand. */
export async function findBinary(tool: string): Promise<string> {
  const [newest] = (await findPrograms(tool)).sort((a, b) => b.major - a.major);
  if (newest === undefined) throw postgresErrors.binaries_missing({ tool });
  return newest.path;
}

/** For messages: `15.18 in /usr/lib/postgresql/15/bin`. */
export function describePrograms(programs: readonly Program[]): string {
  return programs.map(({ version, path }) => `${version} in ${path.slice(0, path.lastIndexOf("/"))}`).join(", ");
}
