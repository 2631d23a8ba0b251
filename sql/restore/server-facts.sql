-- What the server of the copy offers, and who we are on it.
SELECT
  (SELECT coalesce(array_agg(name::text), '{}') FROM pg_catalog.pg_available_extensions) AS extensions,
  (SELECT array_agg(spcname::text) FROM pg_catalog.pg_tablespace) AS tablespaces,
  (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS superuser,
  current_user::text AS self
