-- Text search parsers: their five functions. They have no owner.
SELECT format('%I.%I', n.nspname, p.prsname) AS name,
  jsonb_build_object(
    'start', p.prsstart::text,
    'token', p.prstoken::text,
    'end', p.prsend::text,
    'headline', p.prsheadline::text,
    'token_types', p.prslextype::text
  ) AS attributes
FROM pg_ts_parser AS p
JOIN pg_namespace AS n ON n.oid = p.prsnamespace
WHERE p.prsnamespace <> ALL (:namespaces)
  AND p.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_ts_parser'::regclass AND d.deptype = 'e');
