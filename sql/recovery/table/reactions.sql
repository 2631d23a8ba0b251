-- What would act on its own when rows of these tables ($1: oids) are written: triggers and rules, those of all partitions
-- too. `state` is O (fires for ordinary sessions), R (for replicas), A (always) or D (never).
WITH RECURSIVE tree(oid) AS (
  SELECT unnest($1::pg_catalog.oid[])
  UNION
  SELECT h.inhrelid FROM tree JOIN pg_catalog.pg_inherits h ON h.inhparent = tree.oid
    JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid AND c.relispartition
)
SELECT 'TRIGGER' AS kind, pg_catalog.format('%I.%I', n.nspname, c.relname) AS "table", t.tgname AS name, t.tgenabled AS state
  FROM tree
  JOIN pg_catalog.pg_class c ON c.oid = tree.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
UNION ALL
SELECT 'RULE', pg_catalog.format('%I.%I', n.nspname, c.relname), r.rulename, r.ev_enabled
  FROM tree
  JOIN pg_catalog.pg_class c ON c.oid = tree.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.ev_type <> '1'
 ORDER BY 1, 2, 3
