-- The server's own counters of one database, and since when they count. A database that has just been made has none.
SELECT
  xact_commit::float8 AS commits,
  xact_rollback::float8 AS rollbacks,
  deadlocks::float8 AS deadlocks,
  extract(epoch FROM now() - coalesce(stats_reset, pg_catalog.pg_postmaster_start_time()))::float8 AS seconds
FROM pg_catalog.pg_stat_database
WHERE datname = current_database()
