-- Views: query, options (security_barrier, security_invoker, check_option), owner and grants; grants on its row type where
-- somebody gave any, which no dump carries.
SELECT format('%I.%I', n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(c.relowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'definition', pg_get_viewdef(c.oid),
    'options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM unnest(c.reloptions) AS o),
    'row_type_grants', (SELECT jsonb_agg(a::text ORDER BY a::text COLLATE "C") FROM pg_type AS t, unnest(t.typacl) AS a
                        WHERE t.oid = c.reltype)
  )) AS attributes
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
