import { z } from "zod";
import { isDayOfCalendar } from "../base/calendar.ts";
import { cronFault } from "./cron.ts";

/*
 * The kinds of values that a plan holds. Each has one message that says what is due; the parser puts the key and,
 * where it is harmless, the value in front of it.
 */

const durationUnits = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A duration such as `30m`, `4h` or `7d`; parsed to seconds. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,6}(s|m|h|d)$/, {
    message: "must be a number above 0 with a unit (s, m, h or d), such as 30s, 5m, 4h or 7d",
  })
  .transform((text) => Number(text.slice(0, -1)) * durationUnits[text.slice(-1) as keyof typeof durationUnits]);

/** `schema.table`, each part quoted as in SQL where it must be. */
export const qualifiedName = z.string().regex(/^("([^"]|"")+"|[a-z_][a-z0-9_$]*)\.("([^"]|"")+"|[a-z_][a-z0-9_$]*)$/, {
  message: 'must name schema and table as SQL does, such as public.profiles or public."Order Items"',
});

/** A column, schema or extension by its bare name, without quotes. */
export const identifier = z
  .string()
  .min(1, { message: "must not be empty" })
  .max(63, { message: "must have at most 63 characters, as PostgreSQL's names do" });

const isoDate = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { message: "must be a date written as YYYY-MM-DD, such as 2026-12-31", abort: true })
  .refine(isDayOfCalendar, { message: "is not a day of the calendar" });

/** A cron line; the pattern is for editors, the parser's rules are stricter and speak plainer. */
export const cron = z
  .string()
  .check((context) => {
    const message = cronFault(context.value);
    if (message !== null) context.issues.push({ code: "custom", message, input: context.value });
  })
  .meta({ pattern: "^\\s*(\\S+\\s+){4}\\S+\\s*$" });

export const environmentName = z.string().regex(/^[A-Z_][A-Z0-9_]*$/, {
  message: "must be the NAME of an environment variable (such as ITHACA_DATABASE_URL), never its value",
});

export const email = z.email({ message: "must be a mail address, such as ops@example.com" });

/** A path that does not lead out of the plan's folder, and so not out of the repository. */
const beside = /^(?![/\\~]|[A-Za-z]:)(?!(.*[/\\])?\.\.([/\\]|$)).+$/;

/** A folder beside the plan. */
export const folder = z.string().regex(beside, {
  message: "must be a folder below the plan's own, written relative to it, such as sql/checks",
});

/** A file beside the plan. */
export const fileBeside = z.string().regex(beside, {
  message: "must be a file below the plan's own folder, written relative to it, such as supabase-ca.crt",
});

export const sentence = z.string().min(8, { message: "must say it in at least 8 characters: people rely on it" });

/** An excuse never stands alone: someone answers for it, for some reason, until some day. */
export const excuse = {
  reason: sentence.describe("Why this is acceptable"),
  owner: z.string().min(1, { message: "must name who answers for it" }).describe("Who answers for it"),
  expires: isoDate.describe("The last day on which it counts, in UTC, as YYYY-MM-DD"),
};

/** A branch by the rules of git: what this refuses, no branch on any server can be called. */
export const branchName = z
  .string()
  .regex(/^(?!-|\/|\.|HEAD$)(?!.*(\.\.|\/\/|\/\.|@\{|\.lock\/|\.lock$|\/$|\.$))[^\p{Cc} ~^:?*[\\]+$/u, {
    message:
      "must be a branch's name as git takes it: without spaces and ~ ^ : ? * [ \\, without .. // @{ and .lock, and with no - . / at its edges, such as ithaca-reports",
  });
