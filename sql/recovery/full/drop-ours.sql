-- Statements that drop everything of ours in our schemas ($1), but for members of extensions and relations that stay ($2).
-- CASCADE takes what hangs on it along: constraints between these tables, and the triggers on the platform's tables that
-- call our functions.
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
      o.nspname, c.relname) AS sql,
    'pg_catalog.pg_class'::regclass::oid AS classid, c.oid AS objid, o.nspname AS schema
  FROM pg_catalog.pg_class AS c JOIN ours AS o ON o.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT c.relispartition AND c.oid <> ALL ($2::oid[])
    AND pg_catalog.pg_has_role(c.relowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_class'::regclass AND objid = c.oid)
), routine AS (
  SELECT 4 AS turn, pg_catalog.format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::pg_catalog.regprocedure) AS sql,
    'pg_catalog.pg_proc'::regclass::oid AS classid, p.oid AS objid, o.nspname AS schema
  FROM pg_catalog.pg_proc AS p JOIN ours AS o ON o.oid = p.pronamespace
  WHERE pg_catalog.pg_has_role(p.proowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_proc'::regclass AND objid = p.oid)
    -- What makes the values of a range goes with its type.
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
), type AS (
  SELECT 5 AS turn, pg_catalog.format('DROP TYPE IF EXISTS %I.%I CASCADE', o.nspname, t.typname) AS sql,
    'pg_catalog.pg_type'::regclass::oid AS classid, t.oid AS objid, o.nspname AS schema
  FROM pg_catalog.pg_type AS t JOIN ours AS o ON o.oid = t.typnamespace
  WHERE t.typelem = 0 AND (t.typtype IN ('b', 'c', 'd', 'e', 'r') OR NOT t.typisdefined)
    AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = t.typrelid AND relkind = 'c'))
    AND pg_catalog.pg_has_role(t.typowner, 'USAGE')
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_catalog.pg_type'::regclass AND objid = t.oid)
), other (classid, objid, schema, owner) AS (
  SELECT 'pg_catalog.pg_operator'::regclass, oid, oprnamespace, oprowner FROM pg_catalog.pg_operator
  UNION ALL SELECT 'pg_catalog.pg_opclass'::regclass, oid, opcnamespace, opcowner FROM pg_catalog.pg_opclass
  UNION ALL SELECT 'pg_catalog.pg_opfamily'::regclass, oid, opfnamespace, opfowner FROM pg_catalog.pg_opfamily
  UNION ALL SELECT 'pg_catalog.pg_collation'::regclass, oid, collnamespace, collowner FROM pg_catalog.pg_collation
  UNION ALL SELECT 'pg_catalog.pg_conversion'::regclass, oid, connamespace, conowner FROM pg_catalog.pg_conversion
  UNION ALL SELECT 'pg_catalog.pg_ts_config'::regclass, oid, cfgnamespace, cfgowner FROM pg_catalog.pg_ts_config
  UNION ALL SELECT 'pg_catalog.pg_ts_dict'::regclass, oid, dictnamespace, dictowner FROM pg_catalog.pg_ts_dict
  -- Parsers and templates have no owner; only a superuser makes them.
  UNION ALL SELECT 'pg_catalog.pg_ts_parser'::regclass, oid, prsnamespace, 10 FROM pg_catalog.pg_ts_parser
  UNION ALL SELECT 'pg_catalog.pg_ts_template'::regclass, oid, tmplnamespace, 10 FROM pg_catalog.pg_ts_template
), rest AS (
  SELECT 6 AS turn, pg_catalog.format('DROP %s IF EXISTS %s CASCADE', i.type, i.identity) AS sql,
    x.classid::oid AS classid, x.objid, o.nspname AS schema
  FROM other AS x JOIN ours AS o ON o.oid = x.schema
  CROSS JOIN LATERAL pg_catalog.pg_identify_object(x.classid, x.objid, 0) AS i
  WHERE pg_catalog.pg_has_role(x.owner, 'USAGE')
    AND NOT EXISTS (SELECT FROM member WHERE member.classid = x.classid AND member.objid = x.objid)
)
SELECT sql, classid, objid, schema, pg_catalog.pg_describe_object(classid, objid, 0) AS name
FROM (SELECT * FROM relation UNION ALL SELECT * FROM routine UNION ALL SELECT * FROM type UNION ALL SELECT * FROM rest) AS dropped
ORDER BY turn, sql
