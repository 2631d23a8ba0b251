-- What could still speak in the copy's database: background workers of pg_cron and pg_net that are connected to it, their
-- libraries where they are told to work in it, functions of `net` that are not the silent ones, and subscriptions.
-- Both extensions work in one database of their server only, which their setting names.
SELECT
  (SELECT coalesce(pg_catalog.json_agg(DISTINCT backend_type), '[]') FROM pg_catalog.pg_stat_activity
   WHERE backend_type ~* 'pg_cron|pg_net' AND datname = pg_catalog.current_database()) AS workers,
  (SELECT coalesce(pg_catalog.json_agg(lib), '[]')
   FROM (VALUES ('pg_cron', 'cron.database_name'), ('pg_net', 'pg_net.database_name')) AS speaker (lib, setting)
   WHERE pg_catalog.current_setting('shared_preload_libraries') ~ lib
     AND coalesce(pg_catalog.current_setting(setting, true), 'postgres') = pg_catalog.current_database()) AS libraries,
  (SELECT coalesce(pg_catalog.json_agg(p.oid::pg_catalog.regprocedure::text), '[]') FROM pg_catalog.pg_proc AS p
   WHERE p.pronamespace = pg_catalog.to_regnamespace('net') AND p.proname ~ '^http_(get|post|delete)$'
     AND p.prosrc !~ 'ithaca_recorded_calls') AS voices,
  (SELECT count(*)::int FROM pg_catalog.pg_subscription AS s JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
   WHERE d.datname = pg_catalog.current_database() AND s.subenabled) AS subscriptions;
