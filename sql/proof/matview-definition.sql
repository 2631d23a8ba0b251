-- A materialized view's definition, its columns in order, and whether what it calls may read differently at another
-- time. Only then may its stored rows rightly differ from its definition evaluated now: a call of a function that is
-- not immutable, or one of SQL's words for the present, which are no function calls in the catalog.
-- The text is searched, because pg_depend does not record calls of built-in functions. A name that is called may belong
-- to several functions; one of them that is not immutable is enough, since the doubt must not raise a false alarm.
SELECT pg_get_viewdef(c.oid) AS definition,
       (SELECT json_agg(a.attname ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       pg_get_viewdef(c.oid) ~* '\m(current_(date|time|timestamp|user|role|catalog|schema)|localtime(stamp)?|session_user)\M'
       OR EXISTS (
         SELECT
           FROM regexp_matches(pg_get_viewdef(c.oid), '([[:alnum:]_$]+)"?\(', 'g') AS called(name)
           JOIN pg_catalog.pg_proc p ON p.proname = called.name[1]
          WHERE p.provolatile <> 'i') AS may_change
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'm'
