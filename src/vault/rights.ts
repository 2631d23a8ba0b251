import { IthacaError } from "../base/errors.ts";
import type { Restic } from "./restic.ts";
import type { VaultOptions, VaultRights } from "./types.ts";

/**
 * Tries what a credential may do without leaving anything behind: a call that reads takes a lock first, which is a file
 * that is added, and removes it at its end. Deleting backups cannot be tried without deleting one.
 *
 * @throws what any read throws; not being allowed to add is an answer
 */
export async function rights(restic: Restic, options: VaultOptions = {}): Promise<VaultRights> {
  const warnings: string[] = [];
  // Nothing of the answer is needed, only that it came.
  let isDone = false;
  try {
    await restic.call(["list", "keys"], {
      ...options,
      warn: (text) => warnings.push(text),
      onLine: () => {
        isDone = true;
      },
      isDone: () => isDone,
    });
    return { add: true, removeLocks: warnings.length === 0 };
  } catch (error) {
    const isRefused = error instanceof IthacaError && error.id === "vault.denied";
    if (!isRefused) throw error;
    await restic.call(["list", "keys", "--no-lock"], options);
    return { add: false, removeLocks: false };
  }
}
