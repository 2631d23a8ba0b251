-- Domains with their CHECKs, by constraint name. From 17 on NOT NULL is a constraint too; `not_null` tells of it.
SELECT format('%I.%I', n.nspname, t.typname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(t.typowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(t.typacl, acldefault('T', t.typowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'type', format_type(t.typbasetype, t.typtypmod),
    'collation', CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END,
    'not_null', t.typnotnull,
    'default', coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault),
    'constraints', (SELECT jsonb_object_agg(k.conname, jsonb_build_object(
                      'type', 'check',
                      'definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''),
                      'validated', k.convalidated))
                    FROM pg_constraint AS k WHERE k.contypid = t.oid AND k.contype = 'c')
  )) AS attributes
FROM pg_type AS t
JOIN pg_type AS b ON b.oid = t.typbasetype
JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND t.typnamespace <> ALL (:namespaces)
  AND t.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.deptype = 'e');
