import fc from "fast-check";
import { expect, test } from "vitest";
import { cronFault } from "./cron.ts";

test.each([
  "0 2 * * *",
  "30 2 * * *",
  "0 10 * * 1",
  "0 9 1 1,4,7,10 *",
  "*/15 0-6/2 * * MON-FRI",
  "5/20 4 * feb,NOV sun",
  "0 0 29 2 *",
  "  0  2  *  *  *  ",
])("%s is a cron line", (line) => expect(cronFault(line)).toBeNull());

test.each([
  ["", "five fields"],
  ["0 2 * *", "five fields"],
  ["0 2 * * * *", "five fields"],
  ["@daily", "five fields"],
  ["60 2 * * *", 'minute "60" must be a number from 0 to 59'],
  ["0 24 * * *", 'hour "24"'],
  ["0 2 0 * *", 'day of month "0"'],
  ["0 2 32 * *", 'day of month "32"'],
  ["0 2 * 13 *", 'month "13"'],
  ["0 2 * * 7", "Sunday is 0"],
  ["0 2 * * MOON", 'day of week "MOON"'],
  ["0 2 L * *", 'day of month "L"'],
  ["0 2 * * 1#1", 'day of week "1#1"'],
  ["-1 2 * * *", 'minute "-1"'],
  ["1.5 2 * * *", 'minute "1.5"'],
  ["*/0 2 * * *", 'minute "*/0"'],
  ["*/ 2 * * *", 'minute "*/"'],
  ["1,,2 2 * * *", 'minute ""'],
  ["*-5 2 * * *", 'minute "*-5"'],
  ["1-2-3 2 * * *", 'minute "1-2-3"'],
  ["0 6-2 * * *", "runs backwards"],
  ["0 10 25-31 * 5", "both day of month and day of week"],
  ["0 2 31 2,4,6 *", "never runs"],
  ["0 2 30 FEB *", "never runs"],
])("%s is refused: %s", (line, fault) => expect(cronFault(line)).toContain(fault));

test("lists, ranges and steps within bounds are taken, and one value out of bounds is not", () => {
  const minute = fc.integer({ min: 0, max: 59 });
  fc.assert(
    fc.property(
      minute,
      minute,
      fc.integer({ min: 1, max: 59 }),
      fc.integer({ min: 60, max: 99 }),
      (a, b, step, over) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(cronFault(`${low}-${high}/${step},${a} * * * *`)).toBeNull();
        expect(cronFault(`${low}-${over},${a} * * * *`)).not.toBeNull();
      },
    ),
  );
});
