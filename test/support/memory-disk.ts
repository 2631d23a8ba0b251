import { accessSync, constants, statfsSync } from "node:fs";

const GB = 1024 ** 3;

/** A disk in memory that has room for the temporary files of a whole run (they need 0.5 GB), or none. */
export function memoryDisk(path = "/dev/shm", needed = 2 * GB): string | undefined {
  try {
    accessSync(path, constants.W_OK);
    const { bavail, bsize } = statfsSync(path);
    // What lies there is memory: there may be less of it than the disk says.
    return Math.min(bavail * bsize, process.availableMemory() / 4) >= needed ? path : undefined;
  } catch {
    return undefined;
  }
}
