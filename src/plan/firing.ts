import { cronFields } from "./cron.ts";

/*
 * When a schedule fires. GitHub starts scheduled runs late, sometimes by hours and past midnight, so a run is judged by
 * the moment that it was due at and never by the moment it began.
 */

const dayLength = 24 * 3600 * 1000;

/** February 29 that comes on a chosen weekday is at most 40 years away; no other line waits as long. */
const longestWait = 366 * 41;

/**
 * The latest moment at or before `now` at which a cron line was due, in UTC to the minute.
 *
 * @throws RangeError: the line is none; a parsed plan holds only lines that fire
 */
export function lastFiring(line: string, now: Date): Date {
  const [minutes, hours, days, months, weekdays] = cronFields(line);
  const hoursDown = [...hours].sort((a, b) => b - a);
  const minutesDown = [...minutes].sort((a, b) => b - a);
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  for (let back = 0; back < longestWait; back += 1) {
    const day = new Date(midnight - back * dayLength);
    if (!months.has(day.getUTCMonth() + 1) || !days.has(day.getUTCDate()) || !weekdays.has(day.getUTCDay())) continue;
    for (const hour of hoursDown) {
      for (const minute of minutesDown) {
        const due = day.getTime() + (hour * 60 + minute) * 60_000;
        if (due <= now.getTime()) return new Date(due);
      }
    }
  }
  throw new RangeError(`The cron line "${line}" never fires`);
}

/**
 * Whether a run of a weekly cron line stands for the last such weekday of its month, as in "the last Friday": a week
 * after the moment that it was due at is another month. Cron cannot say that on its own, for it runs when *either* day
 * fits.
 *
 * @param line a weekly line, such as `0 10 * * 5`
 * @param now when the run began; late is fine up to the next firing
 */
export function isLastOfMonth(line: string, now: Date): boolean {
  const due = lastFiring(line, now);
  return new Date(due.getTime() + 7 * dayLength).getUTCMonth() !== due.getUTCMonth();
}
