-- What a role may be asked about: tables, the roots of partitioned tables, views and materialized views. A partition by
-- itself is left to the definitions: rows may move between the leaves in a restore. What belongs to an extension is left
-- out: the extension on the copy brings its own.
SELECT
  c.oid,
  pg_catalog.format('%I.%I', n.nspname, c.relname) AS qualified,
  n.nspname AS schema,
  c.relkind AS kind,
  coalesce(stored.pages, 0)::float8 AS pages,
  coalesce(stored.rows, 0)::float8 AS estimate,
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
    SELECT pg_catalog.json_agg(
      pg_catalog.json_build_object(
        'name', pg_catalog.quote_ident(a.attname),
        'attribute', a.attnum,
        'type', pg_catalog.format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END, NULL))
      ORDER BY a.attname COLLATE "C")
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE i.indrelid = c.oid AND i.indisprimary
  ) AS key
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
-- How much there is to read, and of how many rows, roughly: as many to a page as the last ANALYZE found, or one in 100
-- bytes where nobody ever looked.
LEFT JOIN LATERAL (
  SELECT
    pg_catalog.sum(leaf.pages) AS pages,
    pg_catalog.sum(leaf.pages * CASE WHEN l.relpages > 0 AND l.reltuples >= 0
      THEN l.reltuples::float8 / l.relpages
      ELSE pg_catalog.current_setting('block_size')::float8 / 100 END) AS rows
  FROM (
    SELECT found.oid, pg_catalog.pg_relation_size(found.oid) / pg_catalog.current_setting('block_size')::int AS pages
    FROM (
      SELECT c.oid WHERE c.relkind IN ('r', 'm')
      UNION ALL
      SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) t WHERE t.isleaf AND c.relkind = 'p'
    ) AS found
  ) AS leaf
  JOIN pg_catalog.pg_class l ON l.oid = leaf.oid
) AS stored ON true
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
