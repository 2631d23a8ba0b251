-- What is in the catalog and is not looked at, because a flag beside it says that there is none: triggers, rules, CHECKs,
-- indexes, children, bounds of partitions, keys, defaults and the queries of views. Nothing that PostgreSQL does itself
-- leaves such a thing, and every definition of it reads as it should.
-- Left out: flags that promise something where there is nothing, which PostgreSQL clears when it comes by.
WITH relation AS (
  SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relhastriggers, c.relhasrules, c.relhasindex,
    c.relhassubclass, c.relchecks, c.relispartition, c.relpartbound
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.oid <> ALL (:namespaces) AND c.oid <> ALL (:relations)
), check_count AS (
  SELECT k.conrelid AS oid, count(*) AS checks FROM pg_constraint AS k WHERE k.contype = 'c' GROUP BY k.conrelid
)
SELECT format('%s ON %s', o.what, o.name) AS name, jsonb_build_object('flag', o.flag) AS attributes
FROM (
  SELECT 'triggers' AS what, r.name, 'pg_class.relhastriggers' AS flag FROM relation AS r
  WHERE NOT r.relhastriggers AND EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid)
  UNION ALL
  SELECT 'rules', r.name, 'pg_class.relhasrules' FROM relation AS r
  WHERE NOT r.relhasrules AND EXISTS (SELECT FROM pg_rewrite AS w WHERE w.ev_class = r.oid)
  UNION ALL
  SELECT 'indexes', r.name, 'pg_class.relhasindex' FROM relation AS r
  WHERE NOT r.relhasindex AND EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = r.oid)
  UNION ALL
  SELECT 'children', r.name, 'pg_class.relhassubclass' FROM relation AS r
  WHERE NOT r.relhassubclass AND EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhparent = r.oid)
  UNION ALL
  -- Rows that are put into the partition itself are not held to it then.
  SELECT 'bound', r.name, 'pg_class.relispartition' FROM relation AS r
  WHERE NOT r.relispartition AND r.relpartbound IS NOT NULL
  UNION ALL
  SELECT 'CHECKs', r.name, 'pg_class.relchecks' FROM relation AS r
  LEFT JOIN check_count AS k ON k.oid = r.oid
  WHERE r.relchecks <> coalesce(k.checks, 0)
  UNION ALL
  SELECT format('default of %I', a.attname), r.name, 'pg_attribute.atthasdef' FROM relation AS r
  JOIN pg_attrdef AS d ON d.adrelid = r.oid
  JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = d.adnum
  WHERE NOT a.atthasdef
  UNION ALL
  SELECT 'query', r.name, 'pg_rewrite.ev_enabled' FROM relation AS r
  JOIN pg_rewrite AS w ON w.ev_class = r.oid
  WHERE w.rulename = '_RETURN' AND w.ev_enabled <> 'O'
  UNION ALL
  SELECT format('%s %I', key.what, k.conname), r.name, key.flag FROM relation AS r
  JOIN pg_constraint AS k ON k.conrelid = r.oid
  JOIN pg_index AS i ON i.indexrelid = k.conindid
  -- conperiod is of PostgreSQL 18: a key WITHOUT OVERLAPS is a kind of exclusion.
  CROSS JOIN LATERAL (SELECT k.contype = 'x' OR coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) AS excludes) AS must
  CROSS JOIN LATERAL (VALUES
    ('primary key', 'pg_index.indisprimary', (k.contype = 'p') <> i.indisprimary),
    ('uniqueness by', 'pg_index.indisunique', k.contype <> 'x' AND NOT i.indisunique),
    ('exclusion by', 'pg_index.indisexclusion', must.excludes AND NOT i.indisexclusion),
    ('moment of', 'pg_index.indimmediate', k.condeferrable = i.indimmediate)
  ) AS key (what, flag, wrong)
  WHERE k.contype IN ('p', 'u', 'x') AND key.wrong
) AS o;
