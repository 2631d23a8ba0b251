-- Transforms between types and languages.
SELECT format('FOR %s LANGUAGE %I', format_type(t.trftype, NULL), l.lanname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'from_sql', CASE WHEN t.trffromsql <> 0 THEN t.trffromsql::regprocedure::text END,
    'to_sql', CASE WHEN t.trftosql <> 0 THEN t.trftosql::regprocedure::text END
  )) AS attributes
FROM pg_transform AS t
JOIN pg_language AS l ON l.oid = t.trflang
WHERE t.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_transform'::regclass AND d.deptype = 'e');
