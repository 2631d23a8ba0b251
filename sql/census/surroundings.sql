-- Facts about the database that decide what a dump of it can hold.
SELECT
  current_user::text AS role,
  pg_catalog.pg_is_in_recovery() AS standby,
  -- Supabase and what is built on it (Lovable Cloud) are recognised by their administrator and their auth schema.
  EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'supabase_admin')
    AND EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'auth') AS supabase,
  ARRAY(
    SELECT s.subname::text FROM pg_catalog.pg_subscription s
    WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    ORDER BY s.subname COLLATE "C"
  ) AS subscriptions,
  -- pg_dump writes a user mapping without its options where the role may not see them.
  ARRAY(
    SELECT pg_catalog.format('%I on server %I', m.usename, m.srvname) FROM pg_catalog.pg_user_mappings m
    WHERE m.umoptions IS NULL AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
    ORDER BY 1
  ) AS blind_user_mappings,
  ARRAY(
    SELECT n.nspname::text FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY n.nspname COLLATE "C"
  ) AS schemas
