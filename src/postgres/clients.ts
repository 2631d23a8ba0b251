import { describePrograms, findPrograms, type Program } from "./binaries.ts";
import { postgresErrors } from "./errors.ts";

/** PostgreSQL's client programs that this project runs. */
export type ClientTool = "pg_dump" | "pg_restore" | "pg_dumpall" | "psql" | "pg_amcheck";

/**
 * Finds a client that may talk to a server of this major: pg_dump refuses a server that is newer than itself.
 *
 * Among the suitable ones the lowest major wins, and of one major the one that comes first on the PATH. The lowest,
 * because a dump is best read back by the programs of the major that wrote it: a newer pg_dump writes an archive that
 * the server's own pg_restore cannot open, and settings that the server does not know.
 *
 * @param folders where to look; the PATH and the packagers' folders unless told otherwise
 * @throws postgres.client_missing, postgres.client_too_old, each with the line that installs the right one
 */
export async function findClient(tool: ClientTool, serverMajor: number, folders?: readonly string[]): Promise<Program> {
  const found = await findPrograms(tool, folders);
  const [best] = found.filter(({ major }) => major >= serverMajor).sort((a, b) => a.major - b.major);
  if (best !== undefined) return best;
  if (found.length === 0) throw postgresErrors.client_missing({ tool, major: serverMajor });
  throw postgresErrors.client_too_old({ tool, major: serverMajor, found: describePrograms(found) });
}

/** The programs that make and run a server: both from one folder, so of one version. */
export interface ServerPrograms {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
  readonly major: number;
}

/**
 * Finds a server for a throwaway cluster.
 *
 * @param major the major of the server that the dump comes from: the same is taken where it is at hand, else the next
 * newer one; without it the newest at hand
 * @throws postgres.binaries_missing, postgres.server_missing
 */
export async function findServer(major?: number, folders?: readonly string[]): Promise<ServerPrograms> {
  const found = await findPrograms("initdb", folders);
  if (found.length === 0) throw postgresErrors.binaries_missing({ tool: "initdb" });
  const suitable = found
    .filter((program) => major === undefined || program.major >= major)
    .sort((a, b) => (major === undefined ? b.major - a.major : a.major - b.major));
  for (const { path } of suitable) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const [postgres] = await findPrograms("postgres", [folder]);
    if (postgres !== undefined) {
      return { initdb: path, postgres: postgres.path, version: postgres.version, major: postgres.major };
    }
  }
  if (suitable.length > 0) throw postgresErrors.binaries_missing({ tool: "postgres" });
  throw postgresErrors.server_missing({ major: major ?? 0, found: `only ${describePrograms(found)}` });
}
