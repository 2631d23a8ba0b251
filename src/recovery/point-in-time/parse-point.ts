import { Temporal } from "temporal-polyfill";
import { pointErrors } from "./errors.ts";
import { instantOf, type Point, showInstant } from "./point.ts";

const age = /^(\d{1,6})\s*(s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?|d|days?|weeks?)\s+ago$/i;

/** The first letter tells the unit. */
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Whether a point is told by its age, which is another point a minute later. */
export function isAge(text: string): boolean {
  return age.test(text.trim());
}

/** Date, time (seconds may be left out, a fraction may follow them), and whatever says the zone. */
const written = /^(\d{4}-\d{2}-\d{2})(?:[ T]|T)(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(.*)$/i;

const zoneForms =
  /^(?<offset>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?\s*(?:\[(?<bracketed>[^\]]+)\]|(?<place>[A-Za-z][\w+-]*(?:\/[\w+-]+)+))?$/i;

/** What may stand behind "just before", tried in order. */
const events: readonly { readonly form: RegExp; readonly read: (value: string) => Point | null }[] = [
  {
    form: /^(?:transaction|tx|xid)\s+(\d{1,10})$/i,
    // Ids below 3 are PostgreSQL's own, and the counter has 32 bits.
    read: (xid) =>
      Number(xid) >= 3 && Number(xid) < 2 ** 32 ? { kind: "transaction", xid: String(Number(xid)) } : null,
  },
  { form: /^migration\s+(\S{1,200})$/i, read: (version) => ({ kind: "migration", version }) },
  { form: /^restore[ -]point\s+(.{1,63})$/i, read: (name) => ({ kind: "restore-point", name }) },
  { form: /^lsn\s+([0-9a-f]{1,8}\/[0-9a-f]{1,8})$/i, read: (lsn) => ({ kind: "lsn", lsn: lsn.toUpperCase() }) },
];

/**
 * Reads a point in time as a person writes it at three in the morning. Nothing is guessed: a time without a zone, with an
 * abbreviation that two countries use, or one that the clocks skipped or showed twice is refused, with what to write.
 *
 * @param now what "10 minutes ago" counts from
 * @throws point.unreadable, point.no_zone, point.unknown_zone, point.no_such_time, point.twice
 * @example
 * parsePoint("2025-01-16 14:30:00 Europe/Berlin", new Date())
 */
export function parsePoint(text: string, now: Date): Point {
  const trimmed = text.trim().replaceAll(/\s+/g, " ");
  if (/^latest$/i.test(trimmed)) return { kind: "latest" };
  const [, count, unit] = age.exec(trimmed) ?? [];
  if (count !== undefined && unit !== undefined) {
    const seconds = Number(count) * (unitSeconds[unit.charAt(0).toLowerCase()] ?? 0);
    return { kind: "time", instant: instantOf(now).subtract({ seconds }) };
  }
  const event = /^(?:just )?before (.+)$/i.exec(trimmed)?.[1] ?? /^restore[ -]point .+$/i.exec(trimmed)?.[0];
  if (event !== undefined) return parseEvent(event, trimmed);
  return { kind: "time", instant: parseTime(trimmed) };
}

function parseEvent(event: string, text: string): Point {
  for (const { form, read } of events) {
    const value = form.exec(event)?.[1];
    const point = value === undefined ? null : read(value);
    if (point !== null) return point;
  }
  throw pointErrors.unreadable({ text, why: `what it is to be just before, "${event}", is not known` });
}

function parseTime(text: string): Temporal.Instant {
  const [, date, hour, minute, second = "00", fraction = "", rest = ""] = written.exec(text) ?? [];
  if (date === undefined) {
    throw pointErrors.unreadable({ text, why: "it is neither a time, nor an age, nor an event" });
  }
  if (fraction.length > 6) throw pointErrors.unreadable({ text, why: "PostgreSQL counts microseconds, six digits" });
  const plain = plainTime(`${date}T${hour}:${minute}:${second}.${fraction.padEnd(6, "0")}`, Number(second), text);
  if (rest === "") throw pointErrors.no_zone({ text });
  const zone = zoneForms.exec(rest)?.groups;
  const place = zone?.bracketed ?? zone?.place;
  if (zone === undefined || (zone.offset === undefined && place === undefined)) {
    throw pointErrors.unknown_zone({ text, zone: rest });
  }
  if (place === undefined) return atOffset(plain, zone.offset ?? "", text);
  const instant = zone.offset === undefined ? atPlace(plain, place, text) : atOffset(plain, zone.offset, text);
  if (zone.offset !== undefined && !zoned(instant, place, text).toPlainDateTime().equals(plain)) {
    throw pointErrors.unreadable({ text, why: `${place} is not at ${zone.offset} then` });
  }
  return instant;
}

/** The clock's reading. A leap second or the 30th of February is refused rather than moved. */
function plainTime(iso: string, second: number, text: string): Temporal.PlainDateTime {
  try {
    if (second > 59) throw new RangeError("no clock of a database shows that second");
    return Temporal.PlainDateTime.from(iso, { overflow: "reject" });
  } catch (cause) {
    throw pointErrors.unreadable({ text, why: "there is no such day or hour" }, { cause });
  }
}

function atOffset(plain: Temporal.PlainDateTime, written: string, text: string): Temporal.Instant {
  const digits = /^([+-])(\d{2}):?(\d{2})?$/.exec(written);
  const offset = digits === null ? "Z" : `${digits[1]}${digits[2]}:${digits[3] ?? "00"}`;
  try {
    return Temporal.Instant.from(`${plain}${offset}`);
  } catch (cause) {
    throw pointErrors.unknown_zone({ text, zone: written }, { cause });
  }
}

/** The instant at which clocks of a place showed this; refused where they never did, or twice. */
function atPlace(plain: Temporal.PlainDateTime, place: string, text: string): Temporal.Instant {
  const read = (disambiguation: "earlier" | "later") => {
    try {
      return plain.toZonedDateTime(place, { disambiguation });
    } catch (cause) {
      throw pointErrors.unknown_zone({ text, zone: place }, { cause });
    }
  };
  const earlier = read("earlier");
  const later = read("later");
  if (earlier.epochNanoseconds === later.epochNanoseconds) return earlier.toInstant();
  const [first, second] = [showInstant(earlier.toInstant()), showInstant(later.toInstant())];
  if (earlier.toPlainDateTime().equals(plain)) throw pointErrors.twice({ text, first, second });
  throw pointErrors.no_such_time({ text, before: first, after: second });
}

function zoned(instant: Temporal.Instant, place: string, text: string): Temporal.ZonedDateTime {
  try {
    return instant.toZonedDateTimeISO(place);
  } catch (cause) {
    throw pointErrors.unknown_zone({ text, zone: place }, { cause });
  }
}
