-- Settings of a role in this database only (ALTER ROLE ... IN DATABASE ... SET), and as `ALL` those that every role has in
-- every database of the server (ALTER ROLE ALL SET), which neither pg_dump nor pg_dumpall carries. No role has that name:
-- it would be quoted.
SELECT CASE r.setrole WHEN 0 THEN 'ALL' ELSE quote_ident(pg_get_userbyid(r.setrole)) END AS name,
  jsonb_build_object(
    'settings', (SELECT jsonb_agg(s ORDER BY s COLLATE "C") FROM unnest(r.setconfig) AS s)
  ) AS attributes
FROM pg_db_role_setting AS r
WHERE (r.setrole <> 0 AND r.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
  OR (r.setrole = 0 AND r.setdatabase = 0);
