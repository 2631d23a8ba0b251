import { parseTime } from "../base/calendar.ts";
import { operationErrors } from "./errors.ts";

/** A time of day and what says its zone: without one it would be another instant on each machine. */
const zoned = /:\d{2}(?:[.,]\d+)?\s*(?:Z|[+-]\d{2}(?::?\d{2})?)$/i;

/**
 * Reads an instant as a person writes it for an option.
 *
 * @throws run.bad_instant, also for a time without a zone and for a day that is in no calendar
 */
export function readInstant(option: string, text: string): Date {
  const instant = parseTime(text);
  if (instant === null || !zoned.test(text)) throw operationErrors.bad_instant({ option, text });
  return instant;
}
