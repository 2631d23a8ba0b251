-- How the server archives its log, and the last segment that it has finished writing. A standby writes none, and an
-- archiver that has failed since it last succeeded is failing still.
SELECT
  (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS identifier,
  CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_current_wal_lsn()::text END AS lsn,
  CASE WHEN NOT pg_catalog.pg_is_in_recovery()
    THEN pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) END AS timeline,
  (SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'wal_segment_size') AS segment_bytes,
  pg_catalog.current_setting('archive_mode') AS mode,
  (SELECT setting::int FROM pg_catalog.pg_settings WHERE name = 'archive_timeout') AS timeout,
  (SELECT last_failed_wal FROM pg_catalog.pg_stat_archiver
    WHERE last_failed_time > coalesce(last_archived_time, '-infinity')) AS failing
