-- Everything that decides which rows a role sees, as text, with the relations and functions that it is recorded to
-- depend on: policies for SELECT, views' definitions, and the bodies of functions that policies and views may call.
-- Of a view also whether it reads a column of floating-point numbers, by itself.
-- (Calls of built-in functions, and whatever a body written as a string does, are not in pg_depend.)
SELECT
  'policy' AS kind, p.polrelid AS oid, p.polname::text AS name, pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS text,
  ARRAY(SELECT d.refobjid FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_policy'::regclass AND d.objid = p.oid
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> p.polrelid) AS relations,
  ARRAY(SELECT d.refobjid FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_policy'::regclass AND d.objid = p.oid
          AND d.refclassid = 'pg_catalog.pg_proc'::regclass) AS functions,
  false AS floats
FROM pg_catalog.pg_policy p
WHERE p.polcmd IN ('r', '*') AND p.polqual IS NOT NULL
UNION ALL
SELECT
  'view', c.oid, c.relname::text, pg_catalog.pg_get_viewdef(c.oid),
  ARRAY(SELECT d.refobjid FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_depend d ON d.objid = w.oid
        WHERE w.ev_class = c.oid AND d.classid = 'pg_catalog.pg_rewrite'::regclass
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> c.oid),
  ARRAY(SELECT d.refobjid FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_depend d ON d.objid = w.oid
        WHERE w.ev_class = c.oid AND d.classid = 'pg_catalog.pg_rewrite'::regclass
          AND d.refclassid = 'pg_catalog.pg_proc'::regclass),
  EXISTS (SELECT FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_depend d ON d.objid = w.oid
          JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
          JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
          WHERE w.ev_class = c.oid AND d.classid = 'pg_catalog.pg_rewrite'::regclass
            AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> c.oid
            AND CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END IN ('float4'::regtype, 'float8'::regtype))
FROM pg_catalog.pg_class c
WHERE c.relkind = 'v' AND c.relnamespace <> ALL (ARRAY['pg_catalog', 'information_schema']::regnamespace[])
UNION ALL
SELECT 'function', p.oid, p.proname::text, coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc), '{}', '{}', false
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE l.lanname NOT IN ('c', 'internal')
  AND p.pronamespace <> ALL (ARRAY['pg_catalog', 'information_schema']::regnamespace[])
