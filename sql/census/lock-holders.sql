-- Which of these tables ($1: oids) someone else holds, or waits for, so that ACCESS SHARE has to wait behind it.
SELECT DISTINCT l.relation AS oid
FROM pg_catalog.pg_locks l
WHERE l.locktype = 'relation'
  AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  AND l.relation = ANY ($1::oid[])
  AND l.mode = 'AccessExclusiveLock'
  AND l.pid <> pg_catalog.pg_backend_pid()
