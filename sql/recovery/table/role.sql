-- Who we are on production, and what that allows.
SELECT r.rolname AS name, r.rolsuper AS superuser, r.rolbypassrls AS bypass_rls,
       pg_catalog.pg_is_in_recovery() AS standby
  FROM pg_catalog.pg_roles r WHERE r.rolname = CURRENT_USER
