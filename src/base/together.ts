/** One of several works: it ends soon once its signal is aborted. */
export type Work<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Runs works at the same time and gives what they gave. Where one fails or `signal` is aborted, the signals of the others
 * are aborted, and nothing of any of them is still at work when this throws.
 *
 * @throws what the first one threw that failed
 */
export async function together<const T extends readonly unknown[]>(
  signal: AbortSignal,
  ...works: { readonly [Place in keyof T]: Work<T[Place]> }
): Promise<T>;
export async function together(signal: AbortSignal, ...works: readonly Work<unknown>[]): Promise<readonly unknown[]> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const running = works.map((work) => work(either));
  try {
    return await Promise.all(running);
  } catch (thrown) {
    stop.abort();
    await Promise.allSettled(running);
    throw thrown;
  }
}

/** Runs work that knows no signal: `stop` is called once the signal is aborted, and must make it end. */
export async function stoppable<T>(signal: AbortSignal, stop: () => void, work: () => Promise<T>): Promise<T> {
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
