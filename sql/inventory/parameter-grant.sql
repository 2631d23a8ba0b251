-- Grants on configuration parameters (GRANT SET ON PARAMETER). The default is none.
-- They all come from the server's bootstrap superuser (OID 10), whose name is the server's own matter: it goes by
-- what it is, so that a copy on a server of supabase_admin equals a source of postgres.
WITH named AS (
  SELECT r.oid, CASE r.oid WHEN 10 THEN 'the bootstrap superuser' ELSE quote_ident(r.rolname) END AS name
  FROM pg_roles AS r
  UNION ALL
  SELECT 0, 'PUBLIC'
)
SELECT p.parname AS name,
  jsonb_build_object('grants', ARRAY(
    SELECT format('%s=%s/%s', grantee.name, string_agg(
      lower(a.privilege_type) || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ',' ORDER BY a.privilege_type
    ), grantor.name)
    FROM aclexplode(p.paracl) AS a
    JOIN named AS grantee ON grantee.oid = a.grantee
    JOIN named AS grantor ON grantor.oid = a.grantor
    GROUP BY grantee.name, grantor.name
    ORDER BY grantee.name COLLATE "C", grantor.name COLLATE "C"
  )) AS attributes
FROM pg_parameter_acl AS p;
