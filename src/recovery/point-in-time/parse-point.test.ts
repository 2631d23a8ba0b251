import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { IthacaError } from "../../base/errors.ts";
import { parsePoint } from "./parse-point.ts";
import { showInstant, showPoint } from "./point.ts";
import { requireWithin } from "./window.ts";

const now = new Date("2025-01-16T15:00:00Z");

const instant = (text: string): string => {
  const point = parsePoint(text, now);
  return point.kind === "time" ? showInstant(point.instant) : `not a time: ${point.kind}`;
};

/** The error's id and its message. */
const refusal = (work: () => unknown): { id: string; message: string } => {
  try {
    work();
  } catch (error) {
    if (error instanceof IthacaError) return { id: error.id, message: error.message };
    throw error;
  }
  throw new Error("It was not refused");
};

test.each([
  ["2025-01-16 14:30:00 UTC", "2025-01-16 14:30:00 UTC"],
  ["  2025-01-16T14:30Z ", "2025-01-16 14:30:00 UTC"],
  ["2025-01-16 14:30:00.123456 GMT", "2025-01-16 14:30:00.123456 UTC"],
  ["2025-01-16T14:30:00+01:00", "2025-01-16 13:30:00 UTC"],
  ["2025-01-16 14:30:00 -0530", "2025-01-16 20:00:00 UTC"],
  ["2025-01-16 14:30:00+02", "2025-01-16 12:30:00 UTC"],
  ["2025-07-16 14:30:00 Europe/Berlin", "2025-07-16 12:30:00 UTC"],
  ["2025-07-16T14:30:00[America/Argentina/Buenos_Aires]", "2025-07-16 17:30:00 UTC"],
  ["2025-10-26T02:30:00+02:00[Europe/Berlin]", "2025-10-26 00:30:00 UTC"],
  ["10 minutes ago", "2025-01-16 14:50:00 UTC"],
  ["1 hour ago", "2025-01-16 14:00:00 UTC"],
  ["90s ago", "2025-01-16 14:58:30 UTC"],
  ["2 days ago", "2025-01-14 15:00:00 UTC"],
])("%s is %s", (text, expected) => expect(instant(text)).toBe(expected));

test("events", () => {
  expect(parsePoint("just before transaction 743", now)).toEqual({ kind: "transaction", xid: "743" });
  expect(parsePoint("before xid 4294967295", now)).toEqual({ kind: "transaction", xid: "4294967295" });
  expect(parsePoint("just before migration 20250116143000", now)).toEqual({
    kind: "migration",
    version: "20250116143000",
  });
  expect(parsePoint("Just before restore point release 12", now)).toEqual({
    kind: "restore-point",
    name: "release 12",
  });
  expect(parsePoint("just before lsn 0/4041aBc", now)).toEqual({ kind: "lsn", lsn: "0/4041ABC" });
  expect(parsePoint("LATEST", now)).toEqual({ kind: "latest" });
  // What is shown can be asked for again.
  for (const text of ["xid 743", "migration 1", "restore point a", "lsn 0/40"].map((event) => `before ${event}`)) {
    const point = parsePoint(text, now);
    expect(parsePoint(showPoint(point), now)).toEqual(point);
  }
});

test.each([
  ["2025-01-16 14:30:00", "point.no_zone", '"2025-01-16 14:30:00 UTC"'],
  ["2025-01-16 14:30:00 CST", "point.unknown_zone", "CST"],
  ["2025-01-16 14:30:00 CET", "point.unknown_zone", "CET"],
  ["2025-01-16 14:30:00 Europe/Berlinn", "point.unknown_zone", "Europe/Berlinn"],
  ["2025-01-16 14:30:00 +99:00", "point.unknown_zone", "+99:00"],
  ["2025-01-16T14:30:00+02:00[Europe/Berlin]", "point.unreadable", "not at +02:00"],
  ["2025-02-30 14:30:00 UTC", "point.unreadable", "no such day"],
  ["2025-01-16 24:30:00 UTC", "point.unreadable", "no such day or hour"],
  ["2025-01-16 14:30:60 UTC", "point.unreadable", "no such day or hour"],
  ["2025-01-16 14:30:00.1234567 UTC", "point.unreadable", "microseconds"],
  ["16.01.2025 14:30 UTC", "point.unreadable", "neither a time"],
  ["yesterday", "point.unreadable", "2025-01-16 14:30:00 UTC"],
  ["just before transaction 2", "point.unreadable", "transaction 2"],
  ["just before lunch", "point.unreadable", "lunch"],
  ["", "point.unreadable", "neither"],
  // Both instants are named, so that the right one can be copied.
  ["2025-10-26 02:30:00 Europe/Berlin", "point.twice", '"2025-10-26 00:30:00 UTC" or "2025-10-26 01:30:00 UTC"'],
  ["2025-03-30 02:30:00 Europe/Berlin", "point.no_such_time", '"2025-03-30 00:30:00 UTC" or "2025-03-30 01:30:00 UTC"'],
])("%s is refused: %s", (text, id, part) => {
  const error = refusal(() => parsePoint(text, now));
  expect(error.id).toBe(id);
  expect(error.message).toContain(part);
});

const zones = fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC");
const instants = fc
  .bigInt({ min: 0n, max: 4_102_444_800_000_000n })
  .map((microseconds) => Temporal.Instant.fromEpochNanoseconds(microseconds * 1000n));

describe("whatever a clock shows", () => {
  test("with its offset it is that instant, with or without its place", () => {
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        const zoned = at.toZonedDateTimeISO(zone);
        for (const text of [zoned.toString(), `${zoned.toPlainDateTime()}${zoned.offset}`, showInstant(at)]) {
          expect(parsePoint(text, now)).toEqual({ kind: "time", instant: at });
        }
      }),
    );
  });

  test("with its place alone it is that instant, or refused with that instant among the two named", () => {
    // Around the hours at which clocks change, minute by minute.
    const near = fc
      .tuple(
        fc.constantFrom("2025-10-26T01:00:00Z", "2025-03-30T01:00:00Z", "2025-11-02T06:00:00Z", "2025-04-05T15:00:00Z"),
        fc.integer({ min: -180, max: 180 }),
      )
      .map(([change, minutes]) => Temporal.Instant.from(change).add({ minutes }));
    fc.assert(
      fc.property(near, zones, (at, zone) => {
        const local = at.toZonedDateTimeISO(zone).toPlainDateTime();
        try {
          expect(parsePoint(`${local}[${zone}]`, now)).toEqual({ kind: "time", instant: at });
        } catch (error) {
          if (!(error instanceof IthacaError)) throw error;
          expect(error.id).toBe("point.twice");
          expect(error.message).toContain(showInstant(at));
        }
      }),
    );
  });

  test("any text is read or refused as wrong input, and nothing else", () => {
    const words = fc.constantFrom(
      "just before",
      "ago",
      "2025-01-16",
      "14:30",
      "UTC",
      "[",
      "Z",
      "minutes",
      "lsn",
      "/",
      "7",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((some) => some.join(" ")),
        ),
        (text) => {
          try {
            parsePoint(text, now);
          } catch (error) {
            expect(error).toMatchObject({ kind: "input" });
          }
        },
      ),
    );
  });
});

test("the window's bounds are within it, a microsecond beyond is not, and the window is named", () => {
  const window = {
    from: Temporal.Instant.from("2025-01-10T02:00:00Z"),
    to: Temporal.Instant.from("2025-01-16T14:28:41Z"),
  };
  const at = (text: string) => () => requireWithin(parsePoint(text, now), window, now);
  at("2025-01-10 02:00:00 UTC")();
  at("2025-01-16 14:28:41 UTC")();
  at("just before transaction 743")();
  for (const text of ["2025-01-10 01:59:59.999999 UTC", "2025-01-16 14:28:41.000001 UTC"]) {
    const { id, message } = refusal(at(text));
    expect(id).toBe("point.outside_window");
    expect(message).toContain("from 2025-01-10 02:00:00 UTC to 2025-01-16 14:28:41 UTC");
  }
  expect(refusal(at("2025-01-16 15:00:01 UTC"))).toMatchObject({ id: "point.future" });
  expect(
    refusal(() => requireWithin(parsePoint("2025-01-16 15:30:00 UTC", now), { ...window, to: null }, now)).id,
  ).toBe("point.future");
});
