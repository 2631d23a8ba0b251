/*
 * Reads cron lines as GitHub's scheduler does (https://docs.github.com/actions, event `schedule`): five fields in UTC,
 * Sunday is 0, names for months and days, no `@daily`, no `L` or `#`.
 */

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const fields: readonly Field[] = [
  { name: "minute", low: 0, high: 59, names: [] },
  { name: "hour", low: 0, high: 23, names: [] },
  { name: "day of month", low: 1, high: 31, names: [] },
  { name: "month", low: 1, high: 12, names: months },
  { name: "day of week", low: 0, high: 6, names: weekdays },
];

/** Days of the longest form of each month: 29 February exists now and then. */
const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The number that one side of a range stands for; NaN where it stands for none. */
function numberOf(text: string, field: Field): number {
  const named = field.names.indexOf(text.toUpperCase());
  if (named >= 0) return field.low + named;
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
}

/** The values that one field selects, or the sentence that says what is wrong with it. */
function readField(text: string, field: Field): ReadonlySet<number> | string {
  const wrong = (part: string) =>
    `its ${field.name} "${part}" must be a number from ${field.low} to ${field.high}, *, a range, a step or a list`;
  const values = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step, surplus] = part.split("/");
    const [from = "", to, more] = range.split("-");
    if (surplus !== undefined || more !== undefined || (from === "*" && to !== undefined)) return wrong(part);
    const low = from === "*" ? field.low : numberOf(from, field);
    // `5/15` means from 5 to the end in steps of 15.
    const high = to !== undefined ? numberOf(to, field) : from === "*" || step !== undefined ? field.high : low;
    const stride = step === undefined ? 1 : /^\d{1,2}$/.test(step) ? Number(step) : Number.NaN;
    // Each comparison is false for NaN, so what is not a number is refused here as well.
    if (!(low >= field.low && high <= field.high && stride >= 1)) {
      if (field.name === "day of week" && /7/.test(part)) return `${wrong(part)}; Sunday is 0`;
      return wrong(part);
    }
    if (low > high) return `its ${field.name} "${part}" runs backwards`;
    for (let value = low; value <= high; value += stride) values.add(value);
  }
  return values;
}

/** The values of the five fields of a cron line: minutes, hours, days of month, months, days of week. */
export type CronFields = readonly [
  ReadonlySet<number>,
  ReadonlySet<number>,
  ReadonlySet<number>,
  ReadonlySet<number>,
  ReadonlySet<number>,
];

/**
 * Reads a cron line that `cronFault` has found no fault with.
 *
 * @throws RangeError: the line has a fault
 */
export function cronFields(line: string): CronFields {
  const fault = cronFault(line);
  if (fault !== null) throw new RangeError(`The cron line "${line}" ${fault}`);
  const parts = line.trim().split(/\s+/);
  const read = (index: number): ReadonlySet<number> => {
    const field = fields[index];
    const values = field === undefined ? "" : readField(parts[index] ?? "", field);
    return typeof values === "string" ? new Set() : values;
  };
  return [read(0), read(1), read(2), read(3), read(4)];
}

/**
 * Says what is wrong with a cron line, or null where nothing is.
 *
 * A line with both a day of month and a day of week is refused: cron runs when *either* fits, which hardly anybody
 * means (`0 10 25-31 * 5` is not "the last Friday").
 */
export function cronFault(line: string): string | null {
  const parts = line.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return `must be a cron line of five fields in UTC (minute hour day-of-month month day-of-week), such as "0 2 * * *"`;
  }
  const selected: ReadonlySet<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const values = readField(parts[index] ?? "", field);
    if (typeof values === "string") return `is no cron line: ${values}`;
    selected.push(values);
  }
  if (parts[2] !== "*" && parts[4] !== "*") {
    return "sets both day of month and day of week, and cron runs when either fits; set one of them to *";
  }
  const [, , days = new Set(), monthsSelected = new Set()] = selected;
  const everRuns = [...monthsSelected].some((month) => [...days].some((day) => day <= (longestMonths[month - 1] ?? 0)));
  return everRuns ? null : "never runs: none of its months has such a day";
}
