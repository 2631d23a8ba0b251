-- What a database has beyond a fresh copy of template0: everything that a person made gets an object id from 16384 on.
-- Grants that template0's public schema does not come with, and default privileges, would stick to restored objects.
WITH made AS (
  SELECT 'relation ' || c.oid::regclass::text AS what FROM pg_catalog.pg_class AS c WHERE c.oid >= 16384
  UNION ALL SELECT 'function ' || oid::regprocedure::text FROM pg_catalog.pg_proc WHERE oid >= 16384
  UNION ALL SELECT 'type ' || oid::regtype::text FROM pg_catalog.pg_type WHERE oid >= 16384
  UNION ALL SELECT 'schema ' || nspname FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND nspname NOT LIKE 'pg\_%'
  UNION ALL SELECT 'extension ' || extname FROM pg_catalog.pg_extension WHERE oid >= 16384
  UNION ALL SELECT 'event trigger ' || evtname FROM pg_catalog.pg_event_trigger
  UNION ALL SELECT 'publication ' || pubname FROM pg_catalog.pg_publication
  UNION ALL SELECT 'subscription ' || subname FROM pg_catalog.pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  UNION ALL SELECT 'foreign data wrapper ' || fdwname FROM pg_catalog.pg_foreign_data_wrapper
  UNION ALL SELECT 'cast ' || oid::text FROM pg_catalog.pg_cast WHERE oid >= 16384
  UNION ALL SELECT 'operator ' || oid::regoperator::text FROM pg_catalog.pg_operator WHERE oid >= 16384
  UNION ALL SELECT 'language ' || lanname FROM pg_catalog.pg_language WHERE oid >= 16384
  UNION ALL SELECT 'collation ' || collname FROM pg_catalog.pg_collation WHERE oid >= 16384
  UNION ALL SELECT 'text search configuration ' || cfgname FROM pg_catalog.pg_ts_config WHERE oid >= 16384
  UNION ALL SELECT 'large object ' || oid::text FROM pg_catalog.pg_largeobject_metadata
  UNION ALL SELECT 'default privileges of ' || defaclrole::regrole::text FROM pg_catalog.pg_default_acl
  UNION ALL
  SELECT 'other grants on schema public than a new database has'
  FROM pg_catalog.pg_namespace AS n
  LEFT JOIN pg_catalog.pg_init_privs AS i
    ON i.objoid = n.oid AND i.classoid = 'pg_catalog.pg_namespace'::regclass AND i.objsubid = 0
  WHERE n.nspname = 'public' AND n.nspacl IS DISTINCT FROM i.initprivs
  UNION ALL
  SELECT 'no schema public' WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'public')
)
SELECT what FROM made ORDER BY what LIMIT 3
