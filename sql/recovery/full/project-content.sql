-- What a project that should be new holds of the team's: relations and functions of ours in our schemas.
SELECT what
FROM (
  SELECT 'relation ' || c.oid::pg_catalog.regclass AS what, 'pg_catalog.pg_class'::pg_catalog.regclass AS class,
    c.oid, c.relnamespace AS schema, c.relowner AS owner
  FROM pg_catalog.pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  UNION ALL
  SELECT 'function ' || p.oid::pg_catalog.regprocedure, 'pg_catalog.pg_proc'::pg_catalog.regclass,
    p.oid, p.pronamespace, p.proowner
  FROM pg_catalog.pg_proc AS p
) AS made
JOIN pg_catalog.pg_namespace AS n ON n.oid = made.schema
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', $1)
  AND pg_catalog.pg_has_role(n.nspowner, 'USAGE') AND pg_catalog.pg_has_role(made.owner, 'USAGE')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = made.class AND d.objid = made.oid
      AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
  )
ORDER BY what
LIMIT 1
