-- Security labels on everything, the database and roles included, by provider.
-- Left out: labels on what is not in the scope.
WITH labelled AS (
  SELECT l.classoid, l.objoid, l.objsubid, l.provider, l.label FROM pg_seclabel AS l
  UNION ALL
  SELECT l.classoid, l.objoid, 0, l.provider, l.label FROM pg_shseclabel AS l
  WHERE (l.classoid = 'pg_database'::regclass AND l.objoid = (SELECT oid FROM pg_database WHERE datname = current_database()))
     OR l.classoid = 'pg_authid'::regclass
)
SELECT format('%s ON %s %s', quote_ident(l.provider), x.type,
    CASE WHEN l.classoid = 'pg_database'::regclass THEN 'this' ELSE x.identity END) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'label', l.label,
    'table', CASE WHEN l.classoid = 'pg_class'::regclass THEN l.objoid::regclass::text END,
    'of', x.identity
  )) AS attributes
FROM labelled AS l
CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) AS x
-- A label that outlived its object is in no dump.
WHERE x.identity IS NOT NULL AND (x.schema IS NULL OR to_regnamespace(x.schema)::oid <> ALL (:namespaces))
  AND (l.classoid <> 'pg_class'::regclass OR (l.objoid <> ALL (:tables)
       AND (SELECT c.relnamespace FROM pg_class AS c WHERE c.oid = l.objoid) <> ALL (:namespaces)));
