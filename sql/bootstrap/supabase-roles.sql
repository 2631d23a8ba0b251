-- The roles that Supabase gives every project, for a server that is not Supabase's.
--
-- Why: owners, grants and policies of a dump name these roles, and a dump does not create them. Without them a restore of
-- a real project fails a hundred times over.
--
-- Run it as a superuser, on any server, as often as you like: a role that exists keeps its attributes, so that the
-- supabase/postgres image stays as it was made. No role gets a password. `session_preload_libraries = safeupdate`, which
-- Supabase sets on authenticator, is left out: a plain server has no such library and would refuse that role's logins.

-- Two loads at once (parallel tests, two databases of one server) would both see a role as missing. Advisory locks are
-- per database and roles are not, so the shared catalog itself is the lock. Logins are not hindered by it.
BEGIN;
LOCK TABLE pg_catalog.pg_authid, pg_catalog.pg_auth_members, pg_catalog.pg_db_role_setting IN SHARE ROW EXCLUSIVE MODE;

DO $roles$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      -- name, attributes, settings that come with it
      ('postgres',                   'LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS', NULL),
      ('supabase_admin',             'LOGIN SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS', 'log_statement = none'),
      ('anon',                       'NOLOGIN', 'statement_timeout = ''3s'''),
      ('authenticated',              'NOLOGIN', 'statement_timeout = ''8s'''),
      ('service_role',               'NOLOGIN BYPASSRLS', NULL),
      ('authenticator',              'LOGIN NOINHERIT', 'statement_timeout = ''8s'''),
      ('dashboard_user',             'NOLOGIN CREATEDB CREATEROLE REPLICATION', NULL),
      ('supabase_auth_admin',        'LOGIN NOINHERIT CREATEROLE', 'search_path = auth'),
      ('supabase_storage_admin',     'LOGIN NOINHERIT CREATEROLE', 'search_path = storage'),
      ('supabase_functions_admin',   'LOGIN NOINHERIT CREATEROLE', 'search_path = supabase_functions'),
      ('supabase_realtime_admin',    'NOLOGIN NOINHERIT', NULL),
      ('supabase_replication_admin', 'LOGIN REPLICATION', NULL),
      ('supabase_etl_admin',         'LOGIN REPLICATION', NULL),
      ('supabase_read_only_user',    'LOGIN BYPASSRLS', 'default_transaction_read_only = on'),
      ('pgbouncer',                  'LOGIN', NULL),
      ('pgsodium_keyholder',         'NOLOGIN', NULL),
      ('pgsodium_keyiduser',         'NOLOGIN', NULL),
      ('pgsodium_keymaker',          'NOLOGIN', NULL)
    ) AS roles (name, attributes, setting)
  LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name);
    EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.attributes);
    IF wanted.setting IS NOT NULL THEN
      EXECUTE format('ALTER ROLE %I SET %s', wanted.name, wanted.setting);
    END IF;
  END LOOP;
END
$roles$;

DO $memberships$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      -- The API logs in as authenticator and becomes one of these three for each request.
      ('anon',                    'authenticator'),
      ('authenticated',           'authenticator'),
      ('service_role',            'authenticator'),
      -- The project's owner may act as each of its services.
      ('anon',                    'postgres'),
      ('authenticated',           'postgres'),
      ('service_role',            'postgres'),
      ('supabase_auth_admin',     'postgres'),
      ('supabase_storage_admin',  'postgres'),
      ('supabase_functions_admin', 'postgres'),
      ('supabase_realtime_admin', 'postgres'),
      ('pg_monitor',              'postgres'),
      ('pg_read_all_data',        'postgres'),
      ('pg_signal_backend',       'postgres'),
      ('authenticator',           'supabase_storage_admin'),
      ('pg_monitor',              'supabase_etl_admin'),
      ('pg_read_all_data',        'supabase_etl_admin'),
      ('pg_read_all_data',        'supabase_read_only_user'),
      ('pgsodium_keyiduser',      'pgsodium_keyholder'),
      ('pgsodium_keyholder',      'pgsodium_keymaker')
    ) AS memberships (role, member)
  LOOP
    CONTINUE WHEN EXISTS (
      SELECT
      FROM pg_catalog.pg_auth_members AS m
      WHERE m.roleid = wanted.role::pg_catalog.regrole AND m.member = wanted.member::pg_catalog.regrole
    );
    EXECUTE format('GRANT %I TO %I', wanted.role, wanted.member);
  END LOOP;
END
$memberships$;
COMMIT;
