import { Temporal } from "temporal-polyfill";
import { pointErrors } from "./errors.ts";
import { instantOf, type Point, showInstant, showPoint } from "./point.ts";

/** The stretch of time that can be gone back into. */
export interface Window {
  readonly from: Temporal.Instant;
  /** Null where nobody says how far the archive reaches: then the recovery itself finds out. */
  readonly to: Temporal.Instant | null;
}

/**
 * Holds a point against the clock and the window. Points that are no times are looked for in the archive itself.
 *
 * @throws point.future, point.outside_window
 */
export function requireWithin(point: Point, window: Window, now: Date): void {
  if (point.kind !== "time") return;
  const { instant } = point;
  const current = instantOf(now);
  const target = showPoint(point);
  const isAfter = (one: Temporal.Instant, other: Temporal.Instant) => Temporal.Instant.compare(one, other) > 0;
  if (isAfter(instant, current)) throw pointErrors.future({ target, now: showInstant(current) });
  const to = window.to ?? current;
  if (isAfter(window.from, instant) || isAfter(instant, to)) {
    throw pointErrors.outside_window({ target, from: showInstant(window.from), to: showInstant(to) });
  }
}
