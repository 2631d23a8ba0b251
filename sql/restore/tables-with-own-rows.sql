-- The tables that hold the rows of one table: itself, or its leaves where it is partitioned. Foreign tables are never
-- among them: to read one would connect to somewhere.
SELECT c.oid::pg_catalog.regclass::text AS name
FROM pg_catalog.pg_class AS c
WHERE c.relkind = 'r'
  AND (
    c.oid = to_regclass(format('%I.%I', $1::text, $2::text))
    OR c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree(to_regclass(format('%I.%I', $1::text, $2::text))))
  )
