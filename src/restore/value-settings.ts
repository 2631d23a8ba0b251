import type { SettingStatement } from "./role-statements.ts";

/**
 * Settings of a database that decide what a text means, how a value is written, and so what an expression gives. They
 * must be in force while generated columns, indexes and materialized views are computed from the rows.
 *
 * `array_nulls` is not among them: pg_dump writes an absent element as NULL whatever it says, and with it COPY would read a
 * word. Nor is `search_path`: pg_restore empties it in every session of its own.
 */
const values: ReadonlySet<string> = new Set([
  "backslash_quote",
  "bytea_output",
  "datestyle",
  "default_text_search_config",
  "escape_string_warning",
  "extra_float_digits",
  "intervalstyle",
  "lc_monetary",
  "lc_numeric",
  "lc_time",
  "quote_all_identifiers",
  "standard_conforming_strings",
  "timezone",
  "timezone_abbreviations",
  "transform_null_equals",
  "xmlbinary",
  "xmloption",
]);

/** Libraries that a server may load at its start, and that log, delay or refuse statements as their settings say. */
const watchers: ReadonlySet<string> = new Set([
  "auto_explain",
  "pgaudit",
  "plan_filter",
  "plpgsql_check",
  "safeupdate",
  "sepgsql",
  "supautils",
]);

/** Whether a setting decides what is computed from a row, and cannot stop, filter or slow a load. */
export function decidesValues({ role, setting }: SettingStatement): boolean {
  if (role !== null) return false;
  const name = setting.toLowerCase();
  const [library = "", ...rest] = name.split(".");
  // A name with a dot is an extension's, or the application's own: functions ask for it.
  return rest.length === 0 ? values.has(name) : !watchers.has(library);
}
