-- What of the objects that stay would go, or lose a part, when others are dropped with CASCADE ($1: catalogs, $2: objects):
-- whatever stands in a schema that stays ($3), or belongs to a relation that stays ($4).
WITH RECURSIVE gone (classid, objid, objsubid) AS (
  SELECT d.classid, d.objid, 0 FROM ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::oid[])) AS d (classid, objid)
  UNION
  SELECT next.classid, next.objid, next.objsubid
  FROM gone AS g
  CROSS JOIN LATERAL (
    SELECT d.classid, d.objid, d.objsubid FROM pg_catalog.pg_depend AS d
    WHERE d.refclassid = g.classid AND d.refobjid = g.objid AND (g.objsubid = 0 OR d.refobjsubid = g.objsubid)
    UNION ALL
    -- Of what is a part of something else, such as a view's rule, the whole goes.
    SELECT d.refclassid, d.refobjid, d.refobjsubid FROM pg_catalog.pg_depend AS d
    WHERE d.classid = g.classid AND d.objid = g.objid AND d.objsubid = g.objsubid AND d.deptype = 'i'
  ) AS next
), placed AS (
  SELECT g.*, CASE g.classid
    WHEN 'pg_catalog.pg_class'::regclass THEN g.objid
    WHEN 'pg_catalog.pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_catalog.pg_attrdef WHERE oid = g.objid)
    WHEN 'pg_catalog.pg_constraint'::regclass THEN (SELECT conrelid FROM pg_catalog.pg_constraint WHERE oid = g.objid)
    WHEN 'pg_catalog.pg_policy'::regclass THEN (SELECT polrelid FROM pg_catalog.pg_policy WHERE oid = g.objid)
    -- A view's own goes with the view, which is told.
    WHEN 'pg_catalog.pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_catalog.pg_rewrite WHERE oid = g.objid AND rulename <> '_RETURN')
    WHEN 'pg_catalog.pg_statistic_ext'::regclass THEN (SELECT stxrelid FROM pg_catalog.pg_statistic_ext WHERE oid = g.objid)
    -- Those of foreign keys stand on both tables and go with the key, also where it is the other table's.
    WHEN 'pg_catalog.pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_catalog.pg_trigger WHERE oid = g.objid AND NOT tgisinternal)
  END AS relation
  FROM gone AS g
), belonging AS (
  SELECT p.*, coalesce(
    (SELECT n.nspname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = p.relation),
    (SELECT n.nspname FROM pg_catalog.pg_proc AS f JOIN pg_catalog.pg_namespace AS n ON n.oid = f.pronamespace
      WHERE p.classid = 'pg_catalog.pg_proc'::regclass AND f.oid = p.objid),
    -- A table's own type goes with the table, which is told.
    (SELECT n.nspname FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
      WHERE p.classid = 'pg_catalog.pg_type'::regclass AND t.oid = p.objid AND t.typrelid = 0 AND t.typelem = 0),
    (SELECT i.schema FROM pg_catalog.pg_identify_object(p.classid, p.objid, 0) AS i
      WHERE p.classid NOT IN ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_type'::regclass))
  ) AS schema
  FROM placed AS p
)
SELECT DISTINCT pg_catalog.pg_describe_object(classid, objid, objsubid) AS name
FROM belonging
WHERE schema = ANY ($3::text[]) OR relation = ANY ($4::oid[])
ORDER BY name
