-- Triggers and constraint triggers, and whether they fire. A trigger of a partitioned table has clones on the partitions,
-- each with an enabled state of its own that a dump carries: they are listed and marked.
-- Left out: the internal triggers behind foreign keys and deferrable constraints (see constraint.sql: enforcement).
SELECT format('%I ON %I.%I', t.tgname, n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'definition', pg_get_triggerdef(t.oid),
    'enabled', CASE t.tgenabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END,
    'clone_of', (SELECT format('%I ON %s', p.tgname, p.tgrelid::regclass) FROM pg_trigger AS p WHERE p.oid = t.tgparentid)
  )) AS attributes
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
