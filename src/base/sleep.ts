import { setTimeout } from "node:timers/promises";

/**
 * Waits, unless the signal is aborted. Node's own timer then rejects with an error of its own, which would look like a
 * fault of Ithaca: whoever stopped the run has said why, and that is what is told.
 *
 * @throws the signal's reason
 */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
