-- The tables in which PostgreSQL keeps definitions, and whether this role may read them: all of the catalog but what
-- ANALYZE finds out and the content of large objects. Of tables that all databases of a server share, `own` is the
-- condition that leaves out the rows of the others.
SELECT
  c.oid::pg_catalog.regclass::text AS name,
  pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable,
  CASE c.relname
    WHEN 'pg_database' THEN 'oid = ' || d.oid
    WHEN 'pg_db_role_setting' THEN 'setdatabase IN (0, ' || d.oid || ')'
    WHEN 'pg_shdepend' THEN 'dbid IN (0, ' || d.oid || ')'
    WHEN 'pg_subscription' THEN 'subdbid = ' || d.oid
    ELSE 'true'
  END AS own
FROM pg_catalog.pg_class c
CROSS JOIN pg_catalog.pg_database d
WHERE c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace AND c.relkind = 'r'
  AND c.relname NOT IN ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject')
  AND d.datname = pg_catalog.current_database()
ORDER BY c.relname
