-- Schemas with their owner and grants.
-- Left out: system and temporary schemas; schemas that an extension made (they come with it).
SELECT quote_ident(n.nspname) AS name,
  jsonb_build_object(
    'owner', pg_get_userbyid(n.nspowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
                    ORDER BY a::text COLLATE "C")
  ) AS attributes
FROM pg_namespace AS n
WHERE n.oid <> ALL (:namespaces)
  AND n.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_namespace'::regclass AND d.deptype = 'e');
