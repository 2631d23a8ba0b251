-- Roles of the cluster with their attributes and settings in every database. Never a password: see role-password.sql.
-- `bootstrap` marks the superuser that initdb made (OID 10), whose attributes are the server's own.
-- Left out: predefined roles (pg_...).
SELECT quote_ident(r.rolname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'superuser', r.rolsuper,
    'inherit', r.rolinherit,
    'create_role', r.rolcreaterole,
    'create_database', r.rolcreatedb,
    'login', r.rolcanlogin,
    'replication', r.rolreplication,
    'bypass_row_security', r.rolbypassrls,
    'connection_limit', nullif(r.rolconnlimit, -1),
    'valid_until', r.rolvaliduntil::text,
    'settings', (SELECT jsonb_agg(s ORDER BY s COLLATE "C") FROM pg_db_role_setting AS d, unnest(d.setconfig) AS s
                 WHERE d.setrole = r.oid AND d.setdatabase = 0),
    'bootstrap', nullif(r.oid = 10, false)
  )) AS attributes
FROM pg_roles AS r
WHERE r.rolname !~ '^pg_';
