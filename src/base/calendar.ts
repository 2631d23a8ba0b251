/** A day in milliseconds. */
export const dayLength = 24 * 3600 * 1000;

/** Whether a day written as YYYY-MM-DD is in the calendar: 2026-02-30 is not, and `Date` makes the second of March of it. */
export function isDayOfCalendar(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/**
 * Reads a time as `Date` does, but for a day that is in no calendar.
 *
 * @returns null where it is no time
 * @example parseTime("2026-02-30T10:00:00Z") // null
 */
export function parseTime(text: string): Date | null {
  const time = new Date(text);
  const [day] = /^\d{4}-\d{2}-\d{2}/.exec(text) ?? [];
  return Number.isNaN(time.getTime()) || (day !== undefined && !isDayOfCalendar(day)) ? null : time;
}
