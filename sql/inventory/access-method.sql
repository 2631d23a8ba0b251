-- Access methods that someone made. They have no owner and no grants.
SELECT quote_ident(a.amname) AS name,
  jsonb_build_object(
    'type', CASE a.amtype WHEN 't' THEN 'table' ELSE 'index' END,
    'handler', a.amhandler::text
  ) AS attributes
FROM pg_am AS a
WHERE a.oid >= 16384
  AND a.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_am'::regclass AND d.deptype = 'e');
