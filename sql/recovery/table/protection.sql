-- Everything about tables ($1: oids) and their partitions that decides who may see and do what, and what their rows must
-- obey, as one text per thing: it must be the same before and after.
WITH RECURSIVE tree(oid) AS (
  SELECT unnest($1::pg_catalog.oid[])
  UNION
  SELECT h.inhrelid FROM tree JOIN pg_catalog.pg_inherits h ON h.inhparent = tree.oid
    JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid AND c.relispartition
)
SELECT things.what, things.state FROM tree
  JOIN pg_catalog.pg_class c ON c.oid = tree.oid
 CROSS JOIN LATERAL (
   SELECT 'table' AS what, pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relacl) AS state
   UNION ALL
   SELECT 'grants', pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, a.attname, a.attacl)
     FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL
   UNION ALL
   SELECT 'policy', pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, p.polname, p.polcmd, p.polpermissive, p.polroles,
            pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
     FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid
   UNION ALL
   SELECT 'trigger', pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, t.tgname, t.tgenabled)
     FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
   UNION ALL
   SELECT 'rule', pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, r.rulename, r.ev_enabled)
     FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid
   UNION ALL
   SELECT 'constraint', pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, k.conname, k.convalidated, pg_catalog.pg_get_constraintdef(k.oid))
     FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid
 ) AS things
 ORDER BY 1, 2
