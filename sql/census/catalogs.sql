-- The tables in which PostgreSQL keeps definitions, and whether this role may read them: all of the catalog but what
-- ANALYZE finds out and the content of large objects.
SELECT
  c.oid::pg_catalog.regclass::text AS name,
  pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace AND c.relkind = 'r'
  AND c.relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject')
ORDER BY c.relname
