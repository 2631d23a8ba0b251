-- How many rows were ever written into each table, by PostgreSQL's own statistics, partitions under their topmost
-- table; and which files hold it: TRUNCATE and rewrites count no rows but change the files.
-- Two readings bound what was written in between, as long as the statistics were not reset: a write that was rolled
-- back counts too. Opens no relation.
SELECT
  pg_catalog.format('%I.%I', n.nspname, root.relname) AS name,
  sum(pg_catalog.pg_stat_get_tuples_inserted(leaf.oid))::float8 AS inserted,
  sum(pg_catalog.pg_stat_get_tuples_updated(leaf.oid))::float8 AS updated,
  sum(pg_catalog.pg_stat_get_tuples_deleted(leaf.oid))::float8 AS deleted,
  pg_catalog.md5(pg_catalog.string_agg(leaf.oid || ':' || coalesce(pg_catalog.pg_relation_filenode(leaf.oid), 0), ','
    ORDER BY leaf.oid)) AS files
FROM pg_catalog.pg_class leaf
JOIN pg_catalog.pg_class root
  ON root.oid = CASE WHEN leaf.relispartition THEN pg_catalog.pg_partition_root(leaf.oid)::oid ELSE leaf.oid END
JOIN pg_catalog.pg_namespace n ON n.oid = root.relnamespace
WHERE leaf.relkind IN ('r', 'm')
  AND leaf.relpersistence <> 't'
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
GROUP BY n.nspname, root.relname
