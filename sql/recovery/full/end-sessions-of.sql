-- Ends every session of these databases ($1: their names) but our own: a database with a session in it cannot be renamed.
-- Whose session may not be ended by this role stays, and the rename says so.
SELECT pg_catalog.pg_terminate_backend(pid)
FROM pg_catalog.pg_stat_activity
WHERE datname = ANY ($1::text[]) AND pid <> pg_catalog.pg_backend_pid()
