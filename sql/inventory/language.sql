-- Procedural languages that someone made. Built-in ones count where their grants changed: see system-grant.sql.
SELECT quote_ident(l.lanname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(l.lanowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(l.lanacl, acldefault('l', l.lanowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'trusted', l.lanpltrusted,
    'handler', CASE WHEN l.lanplcallfoid <> 0 THEN l.lanplcallfoid::regprocedure::text END,
    'inline', CASE WHEN l.laninline <> 0 THEN l.laninline::regprocedure::text END,
    'validator', CASE WHEN l.lanvalidator <> 0 THEN l.lanvalidator::regprocedure::text END
  )) AS attributes
FROM pg_language AS l
WHERE l.oid >= 16384
  AND l.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_language'::regclass AND d.deptype = 'e');
