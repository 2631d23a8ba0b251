-- Constraints of tables: CHECK, primary key, unique, foreign key, exclusion, and from PostgreSQL 18 on NOT NULL.
-- `enforcement` tells of the hidden triggers behind a constraint that are not simply on, and of those that are missing:
-- ALTER TABLE ... DISABLE TRIGGER ALL leaves a foreign key that looks valid and checks nothing. The partitions on both
-- sides of a foreign key have triggers of their own, which belong to its clones.
-- Left out: the clones of a foreign key on partitions (a restore makes and names them anew); connoinherit of keys, which
-- depends on how a partition was attached; constraint triggers, which are triggers.
WITH RECURSIVE family AS (
  SELECT k.oid AS first, k.oid, k.contype, k.conrelid, k.confrelid, k.confdeltype, k.confupdtype, k.condeferrable
  FROM pg_constraint AS k
  WHERE k.contype IN ('p', 'u', 'x') OR (k.contype = 'f' AND k.conparentid = 0)
  UNION ALL
  SELECT f.first, k.oid, k.contype, k.conrelid, k.confrelid, k.confdeltype, k.confupdtype, k.condeferrable
  FROM family AS f
  JOIN pg_constraint AS k ON k.conparentid = f.oid AND k.contype = 'f'
), due AS (
  SELECT f.first, hidden.relation, hidden.call
  FROM family AS f
  CROSS JOIN LATERAL (SELECT '{"a": "noaction", "r": "restrict", "c": "cascade", "n": "setnull", "d": "setdefault"}'::jsonb AS of) AS action
  CROSS JOIN LATERAL (VALUES
    (f.conrelid, 'RI_FKey_check_ins'),
    (f.conrelid, 'RI_FKey_check_upd'),
    (f.confrelid, format('RI_FKey_%s_del', action.of ->> f.confdeltype::text)),
    (f.confrelid, format('RI_FKey_%s_upd', action.of ->> f.confupdtype::text))
  ) AS hidden (relation, call)
  -- From PostgreSQL 18 on a foreign key can be NOT ENFORCED: it has no triggers, and its definition says so.
  WHERE f.contype = 'f' AND pg_get_constraintdef(f.first) !~ ' NOT ENFORCED$'
  UNION
  SELECT f.first, f.conrelid, 'unique_key_recheck' FROM family AS f WHERE f.contype <> 'f' AND f.condeferrable
), present AS (
  SELECT f.first, g.tgrelid AS relation, p.proname AS call, g.tgenabled
  FROM family AS f
  JOIN pg_trigger AS g ON g.tgconstraint = f.oid AND g.tgisinternal
  JOIN pg_proc AS p ON p.oid = g.tgfoid
), enforcement AS (
  SELECT s.first, string_agg(DISTINCT format('%s on %s', s.state, s.relation::regclass) COLLATE "C", ', ') AS states
  FROM (
    SELECT p.first, p.relation,
      CASE p.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END AS state
    FROM present AS p WHERE p.tgenabled <> 'O'
    UNION ALL
    SELECT d.first, d.relation, 'missing' FROM due AS d
    LEFT JOIN present AS p ON p.first = d.first AND p.relation = d.relation AND p.call = d.call
    WHERE p.first IS NULL
  ) AS s
  GROUP BY s.first
)
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
    'enforcement', e.states
  )) AS attributes
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN enforcement AS e ON e.first = k.oid
WHERE k.contype <> 't' AND NOT (k.contype = 'f' AND k.conparentid <> 0)
  AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
