-- The roles of the copy's server with what ALTER ROLE can set.
SELECT
  rolname::text AS name,
  rolsuper AS "SUPERUSER",
  rolinherit AS "INHERIT",
  rolcreaterole AS "CREATEROLE",
  rolcreatedb AS "CREATEDB",
  rolcanlogin AS "LOGIN",
  rolreplication AS "REPLICATION",
  rolbypassrls AS "BYPASSRLS",
  rolconnlimit AS connection_limit,
  rolvaliduntil::text AS valid_until
FROM pg_catalog.pg_roles
