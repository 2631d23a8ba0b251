-- Statements that drop everything of ours in our schemas, but for members of extensions. CASCADE takes what hangs on it
-- along: constraints between these tables, and the triggers on the platform's tables that call our functions.
WITH member AS (
  SELECT classid, objid FROM pg_catalog.pg_depend
  WHERE refclassid = 'pg_catalog.pg_extension'::regclass AND deptype = 'e'
), ours AS (
  SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1::text[])
), relation AS (
  SELECT
    CASE c.relkind WHEN 'v' THEN 1 WHEN 'm' THEN 1 WHEN 'S' THEN 3 ELSE 2 END AS turn,
    pg_catalog.format(
      'DROP %s IF EXISTS %I.%I CASCADE',
      CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
        WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
      o.nspname, c.relname) AS sql
  FROM pg_catalog.pg_class AS c JOIN ours AS o ON o.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT c.relispartition
    AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = c.oid)
), routine AS (
  SELECT 4 AS turn, pg_catalog.format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::pg_catalog.regprocedure) AS sql
  FROM pg_catalog.pg_proc AS p JOIN ours AS o ON o.oid = p.pronamespace
  WHERE pg_catalog.pg_has_role(p.proowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_proc'::regclass AND objid = p.oid)
), type AS (
  SELECT 5 AS turn, pg_catalog.format('DROP TYPE IF EXISTS %I.%I CASCADE', o.nspname, t.typname) AS sql
  FROM pg_catalog.pg_type AS t JOIN ours AS o ON o.oid = t.typnamespace
  WHERE t.typelem = 0 AND t.typtype IN ('b', 'c', 'd', 'e', 'r')
    AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = t.typrelid AND relkind = 'c'))
    AND pg_catalog.pg_has_role(t.typowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_type'::regclass AND objid = t.oid)
)
SELECT sql FROM (SELECT * FROM relation UNION ALL SELECT * FROM routine UNION ALL SELECT * FROM type) AS dropped
ORDER BY turn, sql
