-- What somebody made in PostgreSQL's own schemas (the first OID that is not its own is 16384), and how its own text search
-- reads: both can be changed without a right to change the catalog, and no dump carries either.
-- Left out: members of extensions; what comes with another object; collations, which the C library brings; what became of
-- the functions and views that PostgreSQL made itself.
WITH home AS (
  SELECT n.oid FROM pg_namespace AS n WHERE n.nspname IN ('pg_catalog', 'information_schema')
), made AS (
  SELECT 'pg_proc'::regclass AS class, p.oid, p.pronamespace AS namespace FROM pg_proc AS p
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, c.relnamespace FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, t.typnamespace FROM pg_type AS t
  WHERE t.typtype <> 'm' AND (t.typrelid = 0 OR (SELECT c.relkind FROM pg_class AS c WHERE c.oid = t.typrelid) = 'c')
    AND NOT EXISTS (SELECT FROM pg_type AS e WHERE e.oid = t.typelem AND e.typarray = t.oid)
  UNION ALL
  SELECT 'pg_operator'::regclass, o.oid, o.oprnamespace FROM pg_operator AS o WHERE o.oprcode <> 0
  UNION ALL
  SELECT 'pg_opfamily'::regclass, f.oid, f.opfnamespace FROM pg_opfamily AS f
  UNION ALL
  SELECT 'pg_opclass'::regclass, k.oid, k.opcnamespace FROM pg_opclass AS k
  UNION ALL
  SELECT 'pg_conversion'::regclass, c.oid, c.connamespace FROM pg_conversion AS c
  UNION ALL
  SELECT 'pg_ts_parser'::regclass, p.oid, p.prsnamespace FROM pg_ts_parser AS p
  UNION ALL
  SELECT 'pg_ts_template'::regclass, t.oid, t.tmplnamespace FROM pg_ts_template AS t
  UNION ALL
  SELECT 'pg_ts_dict'::regclass, d.oid, d.dictnamespace FROM pg_ts_dict AS d
  UNION ALL
  SELECT 'pg_ts_config'::regclass, c.oid, c.cfgnamespace FROM pg_ts_config AS c
), object AS (
  SELECT m.class, m.oid, NULL::text AS reads FROM made AS m
  WHERE m.oid >= 16384 AND m.namespace IN (SELECT h.oid FROM home AS h)
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = m.class AND d.objid = m.oid AND d.deptype IN ('e', 'i'))
  UNION ALL
  SELECT 'pg_ts_dict'::regclass, d.oid, coalesce(d.dictinitoption, '') FROM pg_ts_dict AS d WHERE d.oid < 16384
  UNION ALL
  SELECT 'pg_ts_config'::regclass, c.oid, coalesce((
    SELECT string_agg(m.line, ', ' ORDER BY m.maptokentype) FROM (
      SELECT p.maptokentype, format('%s: %s', p.maptokentype, string_agg(p.mapdict::regdictionary::text, ' ' ORDER BY p.mapseqno)) AS line
      FROM pg_ts_config_map AS p WHERE p.mapcfg = c.oid GROUP BY p.maptokentype) AS m), '')
  FROM pg_ts_config AS c WHERE c.oid < 16384
)
SELECT x.type || ' ' || x.identity AS name, jsonb_strip_nulls(jsonb_build_object('reads', o.reads)) AS attributes
FROM object AS o
CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) AS x;
