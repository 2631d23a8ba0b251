-- How many rows were ever written, by the server's own count: if it moves during a backup, somebody has written.
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text AS written
FROM pg_catalog.pg_stat_user_tables
WHERE schemaname <> $1
