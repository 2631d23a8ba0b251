import { IthacaError, messageOf } from "../base/errors.ts";
import type { Progress } from "../base/progress.ts";
import { sleep } from "../base/sleep.ts";

/** Milliseconds between two knocks at a server that is down. */
const knock = 2000;

/** What is told of a server that is down, or of a connection that ended with it: both may be over in a minute. */
const passing: ReadonlySet<string> = new Set([
  "postgres.unreachable",
  "postgres.unknown_host",
  "postgres.no_route",
  "postgres.timeout",
  "postgres.not_ready",
  "postgres.too_many_connections",
  "postgres.connection_lost",
  "recovery.server_failed",
]);

/** Whether a fault may be over by itself: the server is down for now, or was for a moment. */
function mayPass(thrown: unknown): boolean {
  return thrown instanceof IthacaError && passing.has(thrown.id);
}

/**
 * Does something again and again for as long as what stops it may pass, such as a server that is restarted.
 *
 * @param seconds the limit
 * @throws what stopped it, when that does not pass or the time is over; the signal's reason
 */
export async function patiently<T>(
  {
    seconds,
    signal,
    passes = mayPass,
  }: {
    readonly seconds: number;
    readonly signal: AbortSignal;
    readonly passes?: (thrown: unknown) => boolean;
  },
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (thrown) {
      if (!passes(thrown) || performance.now() + knock > deadline) throw thrown;
    }
    await sleep(knock, signal);
  }
}

/** Seconds for which a server that is down is waited for before its people are called: most restarts are over by then. */
const restartPatience = 300;

/**
 * Puts production back although its server fails in the middle. It comes back as a rule: whoever gave up at once would
 * leave its writers locked out. That it is waited for is told once.
 *
 * @param seconds the limit; five minutes unless told otherwise
 */
export async function patientRollBack<T>(
  {
    seconds = restartPatience,
    progress,
    signal,
  }: { readonly seconds: number | undefined; readonly progress: Progress; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  let told = false;
  const passes = (thrown: unknown) => {
    const passing = mayPass(thrown);
    if (passing && !told)
      progress.warn(`Production cannot be put back yet, which is tried again: ${messageOf(thrown)}`);
    told ||= passing;
    return passing;
  };
  return await patiently({ seconds, signal, passes }, work);
}
