/** Where the time comes from, so that schedules and ages can be tested without waiting. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still, for tests. */
export function fixedClock(instant: string | Date): Clock {
  return { now: () => new Date(instant) };
}

/** Starts a stopwatch on the monotonic clock; calling the result gives the seconds since. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => Math.round(performance.now() - start) / 1000;
}
