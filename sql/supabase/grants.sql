-- A digest of every privilege on relations, schemas, routines and columns, and of the default ones: the API over a copy
-- must change none, or what the suite finds out about them is worth nothing.
SELECT pg_catalog.md5(pg_catalog.string_agg(entry, E'\n' ORDER BY entry)) AS digest
FROM (
  SELECT 'relation ' || oid || ' ' || coalesce(relacl::text, '-') AS entry FROM pg_catalog.pg_class
  UNION ALL SELECT 'schema ' || oid || ' ' || coalesce(nspacl::text, '-') FROM pg_catalog.pg_namespace
  UNION ALL SELECT 'routine ' || oid || ' ' || coalesce(proacl::text, '-') FROM pg_catalog.pg_proc
  UNION ALL SELECT 'column ' || attrelid || ' ' || attnum || ' ' || attacl::text FROM pg_catalog.pg_attribute WHERE attacl IS NOT NULL
  UNION ALL SELECT 'default ' || oid || ' ' || coalesce(defaclacl::text, '-') FROM pg_catalog.pg_default_acl
) AS entries
WHERE entry IS NOT NULL;
