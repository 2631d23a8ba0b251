-- How many rows were ever written, by the server's own count: if it moves during a backup, somebody has written. Large
-- objects lie in a table of the system's own. Jobs of pg_cron are switched off by ourselves.
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text AS written
FROM pg_catalog.pg_stat_all_tables
WHERE schemaname <> $1 AND schemaname <> 'information_schema' AND (schemaname !~ '^pg_' OR relid = 'pg_catalog.pg_largeobject'::regclass)
  AND NOT (schemaname = 'cron' AND relname = 'job')
