import fc from "fast-check";
import { expect, test } from "vitest";
import { isLastOfMonth, lastFiring } from "./firing.ts";

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
