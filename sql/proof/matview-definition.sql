-- A materialized view's definition, its columns in order, and whether the same definition over the same rows may rightly
-- give something else at another time: only then may the stored rows differ from what it gives now. That is so where it
--   - calls a function that is not immutable, or one of SQL's words for the present. The text is searched, because
--     pg_depend does not record calls of built-in functions. A name that is called may belong to several functions; one
--     of them that is not immutable is enough, since a doubt must not raise a false alarm;
--   - depends on the order in which rows happen to be read: LIMIT, DISTINCT ON, samples, window functions with ties,
--     aggregates that keep the order, and sums of floating-point numbers.
SELECT pg_get_viewdef(c.oid) AS definition,
       (SELECT json_agg(a.attname ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       pg_get_viewdef(c.oid) ~* '\m(current_(date|time|timestamp|user|role|catalog|schema)|localtime(stamp)?|session_user)\M'
       OR pg_get_viewdef(c.oid) ~* '\m(limit|offset|fetch first|distinct on|tablesample|over)\M'
       OR pg_get_viewdef(c.oid) ~* '\m(array|string|xml|jsonb?(_object)?)_?agg(_strict|_unique)*\('
       OR EXISTS (
         SELECT
           FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.atttypid IN ('float4'::regtype, 'float8'::regtype))
       OR EXISTS (
         SELECT
           FROM regexp_matches(pg_get_viewdef(c.oid), '([[:alnum:]_$]+)"?\(', 'g') AS called(name)
           JOIN pg_catalog.pg_proc p ON p.proname = called.name[1]
          WHERE p.provolatile <> 'i') AS may_change
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'm'
