-- Ends the other sessions of this database, as far as we may, and gives how many client sessions remain that we could
-- end: a superuser's are the platform's own.
WITH others AS (
  SELECT a.pid
  FROM pg_catalog.pg_stat_activity AS a
  JOIN pg_catalog.pg_roles AS r ON r.rolname = a.usename
  WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
    AND a.backend_type = 'client backend'
    AND a.application_name NOT LIKE 'ithaca recovery%'
    AND (NOT r.rolsuper OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user))
)
SELECT count(*) FILTER (WHERE pg_catalog.pg_terminate_backend(pid))::int AS ended FROM others
