import { z } from "zod";

/** A point in time as the API writes it, with or without a zone; without one it is UTC. Parsed to ISO 8601 UTC. */
export const instant = z.string().transform((text, context) => {
  const written = text.trim().replace(" ", "T");
  const zoned = /(Z|[+-]\d{2}(:?\d{2})?)$/i.test(written) ? written : `${written}Z`;
  // Postgres writes +00 where JavaScript wants +00:00.
  const date = new Date(zoned.replace(/([+-]\d{2})(\d{2})?$/, (_, hours, minutes) => `${hours}:${minutes ?? "00"}`));
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  context.issues.push({ code: "custom", message: "is no point in time", input: text });
  return z.NEVER;
});

/** An answer of which nothing is needed; many changes have none. */
export const nothing = z.unknown().transform(() => undefined);

/** One part of a path. */
export const segment = encodeURIComponent;
