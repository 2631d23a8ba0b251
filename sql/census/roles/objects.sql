-- What a role may be asked about: tables, the roots of partitioned tables, views and materialized views. A partition by
-- itself is left to the definitions: rows may move between the leaves in a restore. What belongs to an extension is left
-- out: the extension on the copy brings its own.
SELECT
  c.oid,
  pg_catalog.format('%I.%I', n.nspname, c.relname) AS qualified,
  n.nspname AS schema,
  c.relkind AS kind,
  c.relpages AS pages,
  -- Of a view's content a sum of floating-point numbers and a system's number may read differently on the copy.
  c.relkind = 'v' AND EXISTS (
    SELECT FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND a.atttypid IN ('float4'::regtype, 'float8'::regtype, 'oid'::regtype, 'xid'::regtype, 'tid'::regtype)
  ) AS inexact,
  coalesce((
    SELECT pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) ORDER BY a.attname COLLATE "C")
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
  ), '{}') AS columns,
  -- Who sees which rows is told by their keys: what is in the rows is compared elsewhere.
  (
    SELECT pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) ORDER BY a.attname COLLATE "C")
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.oid AND i.indisprimary
  ) AS key
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm')
  AND NOT c.relispartition
  AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
      AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'
  )
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
