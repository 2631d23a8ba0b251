import fc from "fast-check";
import { expect, test } from "vitest";
import { isLastOfMonth, lastFiring, longestGap, nextFiring } from "./firing.ts";

const hour = 3600 * 1000;

test.each([
  ["0 2 * * *", "2026-11-22T02:00:00Z", "2026-11-22T02:00:00.000Z"],
  ["0 2 * * *", "2026-11-22T01:59:59Z", "2026-11-21T02:00:00.000Z"],
  ["0 10 * * 1", "2026-11-22T23:00:00Z", "2026-11-16T10:00:00.000Z"],
  ["*/30 * * * *", "2026-01-01T00:29:59Z", "2026-01-01T00:00:00.000Z"],
  ["0 9 1 1,4,7,10 *", "2027-01-01T08:59:00Z", "2026-10-01T09:00:00.000Z"],
  ["0 0 29 2 *", "2027-03-01T00:00:00Z", "2024-02-29T00:00:00.000Z"],
])("%s was last due, seen at %s, at %s", (line, now, due) => {
  expect(lastFiring(line, new Date(now)).toISOString()).toBe(due);
});

test.each([
  ["0 2 * * *", "2026-11-22T01:59:59Z", "2026-11-22T02:00:00.000Z"],
  ["0 2 * * *", "2026-11-22T02:00:00Z", "2026-11-23T02:00:00.000Z"],
  ["0 10 * * 1", "2026-11-22T23:00:00Z", "2026-11-23T10:00:00.000Z"],
  ["*/30 * * * *", "2026-12-31T23:45:00Z", "2027-01-01T00:00:00.000Z"],
  ["0 0 29 2 *", "2025-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
])("%s is next due, seen at %s, at %s", (line, after, due) => {
  expect(nextFiring(line, new Date(after)).toISOString()).toBe(due);
});

test("what was due last is what is next due just before it", () => {
  const lines = ["0 2 * * *", "*/7 3-9/2 * * *", "30 4 * * MON-FRI", "15 6 31 * *", "0 0 29 2 *"];
  const moment = fc.integer({ min: Date.UTC(2001, 0, 1), max: Date.UTC(2060, 0, 1) });
  fc.assert(
    fc.property(fc.constantFrom(...lines), moment, (line, now) => {
      const due = lastFiring(line, new Date(now));
      expect(nextFiring(line, new Date(due.getTime() - 1))).toEqual(due);
      expect(nextFiring(line, due).getTime()).toBeGreaterThan(now);
    }),
  );
});

test.each([
  ["* * * * *", 60],
  ["*/30 * * * *", 1800],
  ["0 2 * * *", 24 * 3600],
  ["0 2,14 * * *", 12 * 3600],
  ["0,30 8-17 * * *", 14.5 * 3600],
  ["0 2 * * 1-5", 3 * 24 * 3600],
  ["0 2 * * 0", 7 * 24 * 3600],
  ["0 2 1 * *", 31 * 24 * 3600],
  ["0 2 29 2 *", 1461 * 24 * 3600],
])("%s pauses for %i seconds at most", (line, seconds) => expect(longestGap(line)).toBe(seconds));

test("a line that is none is no moment", () => {
  expect(() => lastFiring("0 2 * *", new Date())).toThrow("five fields");
});

/** The last Friday of a month, counted back from its last day. */
function lastFriday(year: number, month: number): Date {
  const day = new Date(Date.UTC(year, month + 1, 0, 10));
  while (day.getUTCDay() !== 5) day.setUTCDate(day.getUTCDate() - 1);
  return day;
}

test("over ten years exactly the last Friday of each month is let through, also when the run starts late", () => {
  const expected: string[] = [];
  for (let year = 2025; year < 2035; year += 1) {
    for (let month = 0; month < 12; month += 1) expected.push(lastFriday(year, month).toISOString());
  }
  for (const late of [0, 1, 13, 14, 15, 37, 6 * 24]) {
    const through: string[] = [];
    for (let day = Date.UTC(2025, 0, 3, 10); day < Date.UTC(2035, 0, 1); day += 7 * 24 * hour) {
      if (isLastOfMonth("0 10 * * 5", new Date(day + late * hour))) through.push(new Date(day).toISOString());
    }
    expect(through, `${late} hours late`).toEqual(expected);
  }
});

test("whatever the delay within the week, the answer is the punctual run's", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 7 * 24 * 60 - 1 }), (week, minutes) => {
      const due = Date.UTC(2020, 0, 3, 10) + week * 7 * 24 * hour;
      expect(isLastOfMonth("0 10 * * 5", new Date(due + minutes * 60_000))).toBe(
        isLastOfMonth("0 10 * * 5", new Date(due)),
      );
    }),
  );
});
