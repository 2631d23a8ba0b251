-- Rewrite rules and whether they are on.
-- Left out: `_RETURN`, which is the view itself.
SELECT format('%I ON %I.%I', r.rulename, n.nspname, c.relname) AS name,
  jsonb_build_object(
    'definition', pg_get_ruledef(r.oid),
    'enabled', CASE r.ev_enabled WHEN 'O' THEN 'yes' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END
  ) AS attributes
FROM pg_rewrite AS r
JOIN pg_class AS c ON c.oid = r.ev_class
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
