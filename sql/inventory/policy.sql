-- Row security policies with both expressions. Whether row security is on at all is the table's.
-- Policies on tables of extensions are in: pg_dump carries them.
SELECT format('%I ON %I.%I', p.polname, n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'command', CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete'
               ELSE 'all' END,
    'permissive', p.polpermissive,
    'roles', (SELECT jsonb_agg(CASE r WHEN 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(r)) END
                               ORDER BY CASE r WHEN 0 THEN '' ELSE pg_get_userbyid(r) END COLLATE "C")
              FROM unnest(p.polroles) AS r),
    'using', pg_get_expr(p.polqual, p.polrelid),
    'check', pg_get_expr(p.polwithcheck, p.polrelid)
  )) AS attributes
FROM pg_policy AS p
JOIN pg_class AS c ON c.oid = p.polrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:tables);
