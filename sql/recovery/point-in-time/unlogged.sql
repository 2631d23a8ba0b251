-- A table, or a partition of it, whose rows are not in the write-ahead log; no row where all of them are. $1: schema, $2: table.
SELECT part.relname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT c.oid UNION ALL SELECT relid FROM pg_catalog.pg_partition_tree(c.oid) WHERE c.relkind = 'p'
) AS tree (oid)
JOIN pg_catalog.pg_class AS part ON part.oid = tree.oid AND part.relpersistence = 'u'
WHERE n.nspname = $1 AND c.relname = $2
