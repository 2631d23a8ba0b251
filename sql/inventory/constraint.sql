-- Constraints of tables: CHECK, primary key, unique, foreign key, exclusion, and from PostgreSQL 18 on NOT NULL.
-- `enforcement` tells of the hidden triggers behind a constraint that are not simply on: ALTER TABLE ... DISABLE
-- TRIGGER ALL leaves a foreign key that looks valid and checks nothing.
-- Left out: the clones of a foreign key on partitions (a restore makes and names them anew); connoinherit of keys, which
-- depends on how a partition was attached; constraint triggers, which are triggers.
SELECT format('%I ON %I.%I', k.conname, n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'type', CASE k.contype WHEN 'c' THEN 'check' WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
            WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion' WHEN 'n' THEN 'not null' ELSE k.contype::text END,
    -- Validity stands on its own, so that it is told apart from a changed definition.
    'definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
    'validated', k.convalidated,
    'deferrable', nullif(k.condeferrable, false),
    'deferred', nullif(k.condeferred, false),
    'inherited', CASE WHEN k.contype IN ('c', 'n') THEN nullif(k.coninhcount > 0, false) END,
    'also_local', CASE WHEN k.contype IN ('c', 'n') AND k.coninhcount > 0 THEN nullif(k.conislocal, false) END,
    'parent', (SELECT quote_ident(p.conname) || ' ON ' || p.conrelid::regclass FROM pg_constraint AS p
               WHERE p.oid = k.conparentid),
    'index', CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid::regclass::text END,
    'enforcement', (
      SELECT string_agg(DISTINCT CASE g.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END, ', ')
      FROM pg_trigger AS g WHERE g.tgconstraint = k.oid AND g.tgisinternal AND g.tgenabled <> 'O')
  )) AS attributes
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE k.contype <> 't' AND NOT (k.contype = 'f' AND k.conparentid <> 0)
  AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
