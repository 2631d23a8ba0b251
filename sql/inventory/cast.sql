-- Casts that someone made. The first OID that is not the system's own is 16384.
-- Left out: casts from a range to its multirange (they come with the type).
SELECT format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'function', CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END,
    'context', CASE c.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END,
    'method', CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' ELSE 'binary' END
  )) AS attributes
FROM pg_cast AS c
WHERE c.oid >= 16384
  AND c.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_cast'::regclass AND d.deptype IN ('e', 'i'));
