-- Every table that holds rows, with what the catalog promises about each row by itself: CHECK constraints, the bound of
-- a partition, columns that are NOT NULL, stored generated columns, and columns in whose type a domain may be.
-- A partitioned table has no rows of its own, and its leaves bear clones of its constraints: so only leaves are listed.
-- conenforced, and constraints of contype n that may be NOT VALID, exist from PostgreSQL 18 on.
SELECT format('%I.%I', n.nspname, c.relname) AS "table",
       pg_catalog.pg_relation_size(c.oid)::float8 AS bytes,
       CASE WHEN c.relispartition THEN pg_catalog.pg_get_partition_constraintdef(c.oid) END AS bound,
       coalesce((SELECT json_agg(json_build_object(
                          'name', quote_ident(k.conname),
                          'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid),
                          'binding', k.convalidated AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true))
                        ORDER BY k.conname)
                   FROM pg_catalog.pg_constraint k
                  WHERE k.conrelid = c.oid AND k.contype = 'c'), '[]') AS checks,
       coalesce((SELECT json_agg(json_build_object(
                          'column', a.attname,
                          'binding', NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                                                  WHERE k.conrelid = c.oid AND k.contype = 'n' AND NOT k.convalidated
                                                    AND a.attnum = ANY (k.conkey)))
                        ORDER BY a.attnum)
                   FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull), '[]') AS not_null,
       coalesce((SELECT json_agg(json_build_object(
                          'column', a.attname,
                          -- Where the expression's type is another one, PostgreSQL converts, and does not write that down.
                          'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
                          'expression', pg_catalog.pg_get_expr(d.adbin, d.adrelid))
                        ORDER BY a.attnum)
                   FROM pg_catalog.pg_attribute a
                   JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                  WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attgenerated = 's'), '[]') AS generated,
       coalesce((SELECT json_agg(json_build_object('column', a.attname, 'type', a.atttypid::bigint) ORDER BY a.attnum)
                   FROM pg_catalog.pg_attribute a
                   JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                   LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    -- Virtual columns hold nothing.
                    AND a.attgenerated <> 'v'
                    AND (t.typtype IN ('d', 'c', 'r', 'm') OR t.typcategory = 'A' AND e.typtype IN ('d', 'c', 'r', 'm'))),
                '[]') AS typed
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
