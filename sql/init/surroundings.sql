-- What tells whose server this is: Supabase's schemas and roles, and whether anybody signs in through it.
SELECT
  pg_catalog.current_database()::text AS database,
  pg_catalog.to_regclass('auth.users') IS NOT NULL AND pg_catalog.to_regrole('authenticator') IS NOT NULL AS supabase;
