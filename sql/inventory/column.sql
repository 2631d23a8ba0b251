-- Columns of tables, partitioned tables, foreign tables, views and materialized views. What is as usual for a column
-- (nullable, the type's own storage and collation, no default, ...) is not written down: there are many columns, and most
-- of this query's time is spent on writing.
-- `position` counts living columns only: a dump closes the gaps that dropped ones leave. A child of classical
-- inheritance gets its columns from its parents first, whatever their order was, so it has no position.
-- Left out: `pg_attver=...`, which Debian's 15.20 writes into attoptions on its own; attmissingval and attcacheoff.
SELECT format('%s.%I', a.relation, a.attname) AS name,
  CASE WHEN a.attnotnull THEN jsonb_build_object('type', a.type, 'position', a.position, 'not_null', true)
       ELSE jsonb_build_object('type', a.type, 'position', a.position) END
  || CASE WHEN a.attgenerated = '' AND a.expression IS NOT NULL THEN jsonb_build_object('default', a.expression)
          ELSE '{}' END
  || CASE WHEN a.special THEN jsonb_strip_nulls(jsonb_build_object(
    'collation', CASE WHEN a.attcollation <> a.typcollation THEN a.attcollation::regcollation::text END,
    'generated', CASE a.attgenerated WHEN '' THEN NULL WHEN 's' THEN 'stored: ' ELSE 'virtual: ' END || a.expression,
    'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
    'storage', CASE WHEN a.attstorage <> a.typstorage THEN
                 CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END
               END,
    'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
    'statistics', nullif(coalesce(a.attstattarget, -1), -1),
    'options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM unnest(a.attoptions) AS o WHERE o !~ '^pg_attver='),
    'foreign_options', (SELECT jsonb_object_agg(o.option_name, o.option_value)
                        FROM pg_options_to_table(a.attfdwoptions) AS o),
    'grants', (SELECT jsonb_agg(x::text ORDER BY x::text COLLATE "C") FROM unnest(a.attacl) AS x),
    -- A column that is both inherited and declared survives a drop of the parent's.
    'inherited', nullif(a.attinhcount > 0, false),
    'also_local', CASE WHEN a.attinhcount > 0 THEN nullif(a.attislocal, false) END)) ELSE '{}' END AS attributes
FROM (
  SELECT a.*, t.typcollation, t.typstorage, format_type(a.atttypid, a.atttypmod) AS type,
    format('%I.%I', n.nspname, c.relname) AS relation,
    pg_get_expr(d.adbin, d.adrelid) AS expression,
    CASE WHEN c.relispartition OR NOT EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhrelid = c.oid)
         THEN row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) END AS position,
    a.attcollation <> t.typcollation OR a.attgenerated <> '' OR a.attidentity <> '' OR a.attstorage <> t.typstorage
      OR a.attcompression <> '' OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL
      OR a.attacl IS NOT NULL OR a.attinhcount > 0 AS special
  FROM pg_attribute AS a
  JOIN pg_class AS c ON c.oid = a.attrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations)
) AS a;
