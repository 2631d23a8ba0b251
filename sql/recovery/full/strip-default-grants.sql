-- Statements that take back what default privileges have given to objects that were just made: a dump's own grants are
-- what the source had, and default privileges of the database would add to them. In our schemas ($1), but for relations
-- that were not made anew ($2).
WITH given AS (
  SELECT DISTINCT d.defaclobjtype AS type, d.defaclnamespace AS schema, d.defaclrole AS owner,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END AS grantee
  FROM pg_catalog.pg_default_acl AS d, pg_catalog.aclexplode(d.defaclacl) AS a
  WHERE a.grantee <> d.defaclrole
), made AS (
  SELECT CASE c.relkind WHEN 'S' THEN 'S' ELSE 'r' END AS type, c.relnamespace AS schema, c.relowner AS owner,
    CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::pg_catalog.regclass AS object
  FROM pg_catalog.pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid <> ALL ($2::oid[])
  UNION ALL
  SELECT 'f', p.pronamespace, p.proowner, 'ROUTINE ' || p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc AS p
)
SELECT pg_catalog.format('REVOKE ALL ON %s FROM %s', m.object, g.grantee) AS sql
FROM made AS m
JOIN given AS g ON g.type = m.type::"char" AND g.owner = m.owner AND g.schema IN (0, m.schema)
JOIN pg_catalog.pg_namespace AS n ON n.oid = m.schema AND n.nspname = ANY ($1::text[])
WHERE NOT (m.type = 'f' AND g.grantee = 'PUBLIC')
