import { statfs } from "node:fs/promises";
import { run } from "../base/child-process.ts";
import { scratchParent } from "../base/scratch.ts";
import type { Isolation } from "./cluster-isolation.ts";

/** The longest path of a unix socket: `sun_path` has 108 bytes on Linux and 104 elsewhere, one of them for the end. */
const longestSocketPath = process.platform === "linux" ? 107 : 103;

/** Whether a server can put its socket into this directory. */
export function fitsSocket(directory: string, port: number): boolean {
  return Buffer.byteLength(`${directory}/.s.PGSQL.${port}`) <= longestSocketPath;
}

/** Where sockets go when the scratch directory's path is too long. */
export const shortParent = "/tmp";

/** A place for the cluster's data that its OS user can reach: `ITHACA_SCRATCH` or the system's temporary directory. */
export async function dataParent(isolation: Isolation): Promise<string> {
  const wanted = scratchParent();
  if (isolation.user === null) return wanted;
  const { uid, gid } = isolation.user;
  for (const parent of [wanted, "/var/tmp", "/tmp"]) {
    const { exitCode } = await run("test", ["-x", parent], { uid, gid, cwd: "/" });
    if (exitCode === 0) return parent;
  }
  return wanted;
}

/** Free bytes that an ordinary user may fill; null where the path does not exist. */
export async function freeSpace(path: string): Promise<number | null> {
  const stat = await statfs(path).catch(() => null);
  return stat === null ? null : stat.bavail * stat.bsize;
}
