-- Which cluster this is, and on which timeline it writes. A physical copy has its original's identity. A standby does not
-- write: it has no timeline of its own.
SELECT
  (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS identifier,
  CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL
    ELSE pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) END AS timeline
