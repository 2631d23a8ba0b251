import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guard } from "./guard.ts";

/** A private directory that disappears with its owner. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a directory that only this user can read (mode 0700). It is removed on disposal, and by a guard when this
 * process dies first.
 *
 * @param purpose short word that appears in the directory's name
 * @param parent where to make it; `ITHACA_SCRATCH` or the system's temporary directory unless told otherwise
 */
export async function scratchDirectory(purpose: string, parent?: string): Promise<Scratch> {
  const base = parent ?? process.env.ITHACA_SCRATCH ?? tmpdir();
  const path = await mkdtemp(join(base, `ithaca-${purpose}-`));
  await chmod(path, 0o700);
  const cleaner = guard('rm -rf -- "$1"', [path]);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      cleaner[Symbol.dispose]();
    },
  };
}
