-- Every table that belongs to an application: its size, how many others refer to it, what its columns are called, and how
-- it is protected. A first look at a database, from which `init` guesses what matters; nothing of a row is read.
-- Left out: PostgreSQL's own schemas, those of $1 (the platform's), what an extension brought, and partitions, which their
-- root stands for.
SELECT
  c.oid::int8 AS id,
  n.nspname AS schema,
  c.relname AS name,
  size.bytes,
  size.rows = 0 AS empty,
  c.relrowsecurity AS protected,
  (SELECT count(DISTINCT k.conrelid) FROM pg_catalog.pg_constraint AS k WHERE k.confrelid = c.oid AND k.contype = 'f' AND k.conrelid <> c.oid)::int
    AS referenced_by,
  -- The single column that other tables would point to; null where the key has several or there is none.
  (SELECT a.attname FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
   WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnatts = 1) AS key,
  ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
    AS columns,
  pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS readable
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
-- The root of partitions has no rows of its own: it is as large as all of them.
CROSS JOIN LATERAL (
  SELECT coalesce(sum(pg_catalog.pg_total_relation_size(p.relid)), 0)::int8 AS bytes, coalesce(sum(pg_catalog.pg_relation_size(p.relid)), 0) AS rows
  FROM (SELECT c.oid::regclass AS relid WHERE c.relkind = 'r' UNION ALL SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) AS t) AS p
) AS size
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> ALL ($1::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname;
