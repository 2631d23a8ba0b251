import { dayLength } from "../base/calendar.ts";
import { type CronFields, cronFields } from "./cron.ts";

/*
 * When a schedule fires. GitHub starts scheduled runs late, sometimes by hours and past midnight, so a run is judged by
 * the moment that it was due at and never by the moment it began.
 */

/** February 29 that comes on a chosen weekday is at most 40 years away; no other line waits as long. */
const longestWait = 366 * 41;

function firesOn([, , days, months, weekdays]: CronFields, day: Date): boolean {
  return months.has(day.getUTCMonth() + 1) && days.has(day.getUTCDate()) && weekdays.has(day.getUTCDay());
}

/** Whether a cron line is due on a day, in UTC. */
export function firesOnDay(line: string, day: Date): boolean {
  return firesOn(cronFields(line), day);
}

/** The minutes of a day at which a line is due, ascending. */
function minutesOfDay([minutes, hours]: CronFields): number[] {
  return [...hours].flatMap((hour) => [...minutes].map((minute) => hour * 60 + minute)).sort((a, b) => a - b);
}

/**
 * The latest moment at or before `now` at which a cron line was due, in UTC to the minute.
 *
 * @throws RangeError: the line is none; a parsed plan holds only lines that fire
 */
export function lastFiring(line: string, now: Date): Date {
  const fields = cronFields(line);
  const timesDown = minutesOfDay(fields).reverse();
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  for (let back = 0; back < longestWait; back += 1) {
    const day = new Date(midnight - back * dayLength);
    if (!firesOn(fields, day)) continue;
    const due = timesDown.map((minute) => day.getTime() + minute * 60_000).find((time) => time <= now.getTime());
    if (due !== undefined) return new Date(due);
  }
  throw new RangeError(`The cron line "${line}" never fires`);
}

/**
 * The first moment after another at which a cron line is due.
 *
 * @throws RangeError: the line is none; a parsed plan holds only lines that fire
 */
export function nextFiring(line: string, after: Date): Date {
  const fields = cronFields(line);
  const times = minutesOfDay(fields);
  const midnight = Date.UTC(after.getUTCFullYear(), after.getUTCMonth(), after.getUTCDate());
  for (let ahead = 0; ahead < longestWait; ahead += 1) {
    const day = new Date(midnight + ahead * dayLength);
    if (!firesOn(fields, day)) continue;
    const due = times.map((minute) => day.getTime() + minute * 60_000).find((time) => time > after.getTime());
    if (due !== undefined) return new Date(due);
  }
  throw new RangeError(`The cron line "${line}" never fires`);
}

/** After so many years the days of the week, of the month and of the leap years come in the same order again. */
const calendarCycle = 28;

/**
 * The longest time between two firings of a cron line, in seconds: `0 2 * * 1-5` pauses from Friday to Monday.
 *
 * @throws RangeError: the line is none
 */
export function longestGap(line: string): number {
  const fields = cronFields(line);
  const times = minutesOfDay(fields);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const withinDay = Math.max(0, ...times.map((minute, index) => minute - (times[index - 1] ?? minute)));
  let longestDays = 0;
  let before: number | null = null;
  const end = Date.UTC(2001 + calendarCycle + 4, 0, 1);
  for (let day = Date.UTC(2001, 0, 1); day < end; day += dayLength) {
    if (!firesOn(fields, new Date(day))) continue;
    if (before !== null) longestDays = Math.max(longestDays, (day - before) / dayLength);
    before = day;
  }
  return 60 * Math.max(withinDay, longestDays * 24 * 60 - last + first);
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

/**
 * Whether a schedule that comes every week but is meant once a month is due: its last weekday of the month is. A line
 * that names days of the month instead is due whenever it comes.
 *
 * @param now when the run began; late is fine up to the next firing
 */
export function standsForMonth(line: string, now: Date): boolean {
  const weekly = line.trim().split(/\s+/)[4] !== "*";
  return !weekly || isLastOfMonth(line, now);
}
