import { sleep } from "../../base/sleep.ts";
import type { ManagementApi } from "./client.ts";
import { PlatformError, platformErrors } from "./errors.ts";

/** What a look at something that takes its time came to. */
export type Look<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly state: string };

const firstPause = 250;
const longestPause = 10_000;

/**
 * Looks again and again, with growing pauses, until it is done.
 *
 * @param seconds the limit
 * @throws platform.not_reached when the time is over; what `look` throws
 */
export async function waitUntil<T>(
  { signal }: Pick<ManagementApi, "signal">,
  what: string,
  seconds: number,
  look: () => Promise<Look<T>>,
  note: (text: string) => void = () => {},
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    const seen = await look();
    if (seen.done) return seen.value;
    note(seen.state);
    const left = deadline - performance.now();
    if (left <= 0) throw new PlatformError(platformErrors.not_reached({ what, seconds, last: seen.state }));
    await sleep(Math.min(pause, left), signal);
  }
}
