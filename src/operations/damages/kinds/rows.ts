import type { CopyDamage } from "../types.ts";

const odyssey = (kind: string, sql: string): CopyDamage => ({ kind, on: "odyssey", sql });
const nasty = (kind: string, sql: string): CopyDamage => ({ kind, on: "nasty", sql });

/** Changes one value of one row of a fixture's table. */
const value = (kind: string, table: string, column: string, fresh: string, where = `${column} IS NOT NULL`) =>
  odyssey(kind, one(table, column, fresh, where));
const edge = (kind: string, table: string, column: string, fresh: string, where: string) =>
  nasty(kind, one(`nasty.${table}`, column, fresh, where));
const one = (table: string, column: string, fresh: string, where: string) =>
  `UPDATE ${table} SET ${column} = ${fresh} WHERE ctid = (SELECT ctid FROM ${table} WHERE ${where} LIMIT 1)`;

const firstChild = "(SELECT id FROM public.children ORDER BY id LIMIT 1)";

/** Rows that are missing, surplus, mixed up or not what they were. */
export const rowDamages: readonly CopyDamage[] = [
  odyssey("one row missing", `DELETE FROM public.children WHERE id = ${firstChild}`),
  odyssey("one row of a side table missing", "DELETE FROM cron.job WHERE jobid = (SELECT min(jobid) FROM cron.job)"),
  odyssey(
    "one row doubled under a new key",
    `INSERT INTO public.lesson_usage (generated_lesson_id, child_id, used_at)
     SELECT generated_lesson_id, child_id, used_at FROM public.lesson_usage LIMIT 1`,
  ),
  nasty("one row doubled to the letter", "INSERT INTO nasty.numbers SELECT * FROM nasty.numbers LIMIT 1"),
  odyssey(
    "two children have each other's names",
    `UPDATE public.children AS c SET name = o.name FROM public.children AS o
     WHERE c.id <> o.id AND c.id IN (SELECT id FROM public.children ORDER BY id LIMIT 2)
       AND o.id IN (SELECT id FROM public.children ORDER BY id LIMIT 2)`,
  ),
  odyssey(
    "two messages are in each other's families",
    `WITH pair AS (SELECT DISTINCT ON (parent_id) id, parent_id FROM public.parent_child_messages ORDER BY parent_id, id LIMIT 2)
     UPDATE public.parent_child_messages AS m SET parent_id = o.parent_id FROM pair AS p, pair AS o
     WHERE m.id = p.id AND o.id <> p.id`,
  ),
  odyssey("a whole table empty", "TRUNCATE public.user_progress"),
  odyssey("a small table empty", "TRUNCATE public.feature_flags"),
  odyssey("the accounts gone", "DELETE FROM auth.users"),
  odyssey("a table missing", "DROP TABLE public.analytics_events CASCADE"),
  odyssey("a whole schema missing", "DROP SCHEMA cron CASCADE"),
  odyssey("a schema emptied", "TRUNCATE storage.objects, storage.buckets CASCADE"),
  odyssey("a table too many", "CREATE TABLE public.leftover AS SELECT 1 AS id"),
  nasty("one leaf of a partitioned table emptied", "DELETE FROM ONLY nasty.events_2026_rest"),
  odyssey("a materialized view not filled", "REFRESH MATERIALIZED VIEW public.lesson_popularity WITH NO DATA"),
  odyssey(
    "reviews doubled by a reload that fired the trigger",
    "INSERT INTO public.lesson_reviews (lesson_id) SELECT gen_random_uuid() FROM public.lesson_reviews",
  ),
  odyssey(
    "emotions overwritten by their trigger",
    "UPDATE public.emotion_logs SET emotion_type = 'calm', intensity = 3",
  ),

  {
    ...odyssey(
      "a row against a CHECK that is called valid",
      `ALTER TABLE public.children DROP CONSTRAINT children_total_points_check;
       UPDATE public.children SET total_points = -1 WHERE id = ${firstChild};
       ALTER TABLE public.children ADD CONSTRAINT children_total_points_check CHECK (total_points >= 0) NOT VALID;
       UPDATE pg_constraint SET convalidated = true WHERE conname = 'children_total_points_check'`,
    ),
    by: "constraints.checks",
  },
  {
    ...odyssey(
      "a row against a unique constraint that stands",
      `UPDATE pg_index SET indisunique = false WHERE indexrelid = 'public.user_roles_user_id_role_key'::regclass;
       INSERT INTO public.user_roles (user_id, role) SELECT user_id, role FROM public.user_roles LIMIT 1;
       UPDATE pg_index SET indisunique = true WHERE indexrelid = 'public.user_roles_user_id_role_key'::regclass`,
    ),
    by: "constraints.uniques",
  },

  value("a letter changed", "public.lessons", "title", "overlay(title PLACING '~' FROM 1 FOR 1)"),
  value("a letter's case changed", "public.children", "name", "upper(name)", "upper(name) <> name"),
  value("a space at the end", "public.lessons", "content_markdown", "content_markdown || ' '"),
  value("line ends changed", "public.lessons", "content_markdown", "content_markdown || E'\\r\\n'"),
  value("a text cut off", "public.lessons", "content_markdown", "left(content_markdown, -1)"),
  value(
    "letters read in the wrong encoding",
    "public.lessons",
    "title",
    "convert_from(convert_to(title || 'é', 'UTF8'), 'LATIN1')",
  ),
  edge("an accent composed otherwise", "texts", "a", "normalize(a, NFC)", "a <> normalize(a, NFC)"),
  value("NULL where there was a text", "public.children", "pin_hash", "NULL"),
  value("an empty text where there was NULL", "public.lessons", "description", "''", "true"),
  edge("NULL where there was an empty text", "texts", "a", "NULL", "a = ''"),
  edge("an empty text where there was none", "texts", "a", "''", "a IS NULL"),
  edge("a word in other case, equal for citext", "texts", "f", "upper(f::text)", "f::text = 'mixed'"),
  edge("a byte of bytea changed", "texts", "h", "set_byte(h, 0, 1)", "h = '\\x00'"),
  edge("empty bytea for NULL", "texts", "h", "''", "h IS NULL"),
  value(
    "ciphertext damaged",
    "public.emotion_logs",
    "emotion_type_encrypted",
    "set_byte(emotion_type_encrypted, 9, 0)",
  ),

  value("an integer one more", "public.children", "total_points", "total_points + 1"),
  edge("a numeric with another scale", "numbers", "d", "'1.000'", "d::text = '1'"),
  edge("NaN for NULL", "numbers", "e", "'NaN'", "e IS NULL"),
  edge("-0 is 0", "numbers", "g", "'0'", "g::text = '-0'"),
  edge("NaN is NULL", "numbers", "g", "NULL", "g = 'NaN'"),
  edge("infinity is a number", "numbers", "f", "'3.4028235e38'", "f = 'Infinity'"),
  edge("the last bit of a double", "numbers", "g", "0.1 + 0.2 - 0.00000000000000005", "g = 0.30000000000000004"),
  edge("money of another amount", "numbers", "h", "h + '0.01'::money", "h = '0'::money"),
  value("a yes is a no", "public.lessons", "is_active", "NOT is_active"),
  value("another uuid", "public.error_logs", "user_id", "gen_random_uuid()"),

  value("a microsecond later", "public.user_progress", "created_at", "created_at + interval '1 microsecond'"),
  odyssey(
    "all times of a table shifted by a time zone",
    "UPDATE public.parent_weekly_reports SET created_at = created_at - interval '1 hour'",
  ),
  value("a day later", "public.parent_weekly_reports", "week_start_date", "week_start_date + 1"),
  edge("24 hours for a day", "times", "f", "'24:00:00'", "f::text = '1 day'"),
  edge("24:00 is 00:00", "times", "b", "'00:00'", "b::text = '24:00:00'"),
  edge("another offset for the same moment", "times", "c", "'06:15+00'", "c::text = '12:00:00+05:45'"),
  edge("an infinite date is finite", "times", "a", "'2026-01-01'", "a = 'infinity'"),

  value("a jsonb value changed", "public.children", "avatar_config", `'{"color": "green"}'`),
  edge("jsonb with another scale", "documents", "b", `'1.5'`, `b::text = '1.50'`),
  edge("json with its spaces lost", "documents", "a", "a::jsonb::json", `a::text LIKE '%  "a"%'`),
  edge("JSON's null for SQL's", "documents", "b", `'null'`, "b IS NULL"),
  edge("xml written otherwise", "documents", "c", `'<a b="1">x y</a>'`, "c::text LIKE '<a b%'"),
  edge("a range with other bounds", "ranges", "c", `'[1.0,1.00)'`, `c::text = '[1.0,1.00]'`),
  edge("an empty range for NULL", "ranges", "a", "'empty'", "a IS NULL"),
  edge("a point moved", "shapes", "a", "'(0,NaN)'", "a::text LIKE '(-0,%'"),
  edge("an address without its mask", "network_and_bits", "a", "'10.0.0.1'", "a::text = '10.0.0.1/8'"),
  edge("bits of another length", "network_and_bits", "f", "B'00'", "f = B'0'"),
  edge("another label of an enum", "enums_and_domains", "a", "'sad'", "a = 'worse'"),
  edge("an array with other bounds", "arrays", "a", "'{1,2,3}'", "a::text LIKE '[5:7]%'"),
  edge("an empty text for NULL in an array", "arrays", "b", `'{"","NULL","",null}'`, `b::text LIKE '{NULL,%'`),
  edge("an empty array for NULL", "arrays", "a", "'{}'", "a IS NULL"),
  edge("a lexeme's position lost", "search_and_system", "a", "strip(a)", "a <> ''"),
  edge("the last byte of a megabyte", "toasted", "extended", "left(extended, -1) || '9'", "id = 1"),
];
