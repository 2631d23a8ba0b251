import { IthacaError, messageOf } from "../base/errors.ts";
import { sleep } from "../base/sleep.ts";
import type { Restic } from "./restic.ts";
import type { VaultOptions } from "./types.ts";

/*
 * Who needs which lock: `save` and `fetch` a shared one, which only an exclusive lock keeps out; `retain` and `check`
 * the exclusive one. An interrupted restic leaves its lock behind; restic calls it stale after 30 minutes, or at once
 * where its process is known to be dead. Only `retain` and `check` remove stale locks, since that takes the right to delete.
 */

/** How long a backup waits for a retention to end. */
const patience = { total: 300_000, pause: 5_000 };

/** Whether a call ended because there was no room. */
export const isNoSpace = (thrown: unknown): boolean => isError(thrown, "vault.no_space");

/** Whether there was no room for the very lock, in a vault whose last byte is taken. */
const noRoomForLock = (thrown: unknown): boolean => isNoSpace(thrown) && /\block(s\/|\b)/.test(messageOf(thrown));

function isError(thrown: unknown, id: string): boolean {
  return thrown instanceof IthacaError && thrown.id === id;
}

/**
 * Runs a call again while another run holds the vault exclusively, for up to five minutes. restic 0.16 and later wait
 * themselves (`--retry-lock`), which saves a key derivation per attempt.
 */
export async function whileLocked<T>(
  restic: Restic,
  options: VaultOptions,
  call: (waiting: readonly string[]) => Promise<T>,
  wait: { readonly total: number; readonly pause: number } = patience,
): Promise<T> {
  const [major, minor] = await restic.version();
  if (major > 0 || minor >= 16) return call(["--retry-lock", `${Math.ceil(wait.total / 1000)}s`]);
  const giveUp = Date.now() + wait.total;
  for (;;) {
    try {
      return await call([]);
    } catch (error) {
      if (!isError(error, "vault.locked") || Date.now() + wait.pause > giveUp) throw error;
    }
    options.note?.("another run holds the vault; waiting");
    await sleep(wait.pause, options.signal);
  }
}

/** Runs a call that needs the vault for itself; where a lock is in the way, stale locks are removed and it is tried once more. */
export async function withoutStaleLocks<T>(restic: Restic, options: VaultOptions, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isError(error, "vault.locked")) throw error;
  }
  await restic.call(["unlock"], options);
  return call();
}

/**
 * Reads with a lock, so that no retention removes what is being read; and without one where it cannot be had. A read
 * must not fail in an emergency because a dead run left its lock, the credential may only read, or the vault is full. Reading
 * without a lock can fail when a retention runs at the same moment, but never gives wrong data.
 */
export async function lockedIfPossible<T>(
  options: VaultOptions,
  call: (flags: readonly string[]) => Promise<T>,
): Promise<T> {
  try {
    return await call([]);
  } catch (error) {
    if (!isError(error, "vault.locked") && !isError(error, "vault.denied") && !noRoomForLock(error)) throw error;
    options.warn?.("The vault could not be locked for reading; it is read without a lock.");
    return call(["--no-lock"]);
  }
}
