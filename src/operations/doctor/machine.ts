import { statfs } from "node:fs/promises";
import { run } from "../../base/child-process.ts";
import { scratchParent } from "../../base/scratch.ts";
import { findServer } from "../../postgres/clients.ts";
import type { Examination } from "./types.ts";

/* What this machine must have. */

/** Below this, a restore of anything but a small database will not fit. */
const littleSpace = 2 * 1024 ** 3;

async function restic(): Promise<string> {
  const { exitCode, stdout } = await run("restic", ["version"]);
  if (exitCode !== 0) throw new Error("restic was not found on this machine; run scripts/setup.sh.");
  return stdout.trim().split(" compiled")[0] ?? stdout;
}

async function space(): Promise<string> {
  const { bavail, bsize } = await statfs(scratchParent());
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${scratchParent()}`;
  if (free < littleSpace) throw new Error(`${text}; free some, or set ITHACA_SCRATCH to a larger disk.`);
  return text;
}

/** The examinations of the machine. */
export const ofMachine: readonly Examination[] = [
  { id: "node", title: "Node", look: async () => `Node ${process.versions.node}` },
  { id: "server", title: "PostgreSQL server", look: async () => `PostgreSQL ${(await findServer()).version}` },
  { id: "restic", title: "restic", look: restic },
  { id: "space", title: "Disk space", look: space },
];
