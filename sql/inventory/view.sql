-- Views: query, options (security_barrier, security_invoker, check_option), owner and grants.
SELECT format('%I.%I', n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(c.relowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'definition', pg_get_viewdef(c.oid),
    'options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM unnest(c.reloptions) AS o)
  )) AS attributes
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
