-- Settings of a role in this database only (ALTER ROLE ... IN DATABASE ... SET).
SELECT quote_ident(pg_get_userbyid(r.setrole)) AS name,
  jsonb_build_object(
    'settings', (SELECT jsonb_agg(s ORDER BY s COLLATE "C") FROM unnest(r.setconfig) AS s)
  ) AS attributes
FROM pg_db_role_setting AS r
WHERE r.setrole <> 0 AND r.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database());
