import { access, constants, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { postgresErrors } from "./errors.ts";

/** Where distributions put PostgreSQL's programs, one folder per major. */
const roots = ["/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt"];

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** All folders that may hold PostgreSQL's programs: the PATH first, then the distributions' folders, newest major first. */
async function binFolders(): Promise<string[]> {
  const fromPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const packaged: string[] = [];
  for (const root of roots) {
    const majors = await readdir(root).catch(() => []);
    packaged.push(...majors.sort((a, b) => Number(b) - Number(a)).map((major) => join(root, major, "bin")));
  }
  return [...fromPath, ...packaged];
}

/** The path of one of PostgreSQL's programs. */
export async function findBinary(tool: string): Promise<string> {
  for (const folder of await binFolders()) {
    const path = join(folder, tool);
    if (await executable(path)) return path;
  }
  throw postgresErrors.binaries_missing({ tool });
}
