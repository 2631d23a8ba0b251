-- Anything that a person or a restore has put into a database that should be new: relations, functions, types and
-- schemas from the first object id that is not PostgreSQL's own, but for our marker.
SELECT what
FROM (
  SELECT 'relation ' || c.oid::regclass::text AS what, c.relnamespace AS schema
  FROM pg_catalog.pg_class AS c WHERE c.oid >= 16384 AND c.relkind <> 't' AND c.relkind <> 'i'
  UNION ALL SELECT 'function ' || oid::regprocedure::text, pronamespace FROM pg_catalog.pg_proc WHERE oid >= 16384
  UNION ALL SELECT 'schema ' || nspname, oid FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND nspname NOT LIKE 'pg\_%'
  UNION ALL SELECT 'extension ' || extname, extnamespace FROM pg_catalog.pg_extension WHERE oid >= 16384
) AS made
WHERE schema NOT IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1 OR nspname LIKE 'pg\_toast%')
ORDER BY what
LIMIT 1
