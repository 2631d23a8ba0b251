-- Collations. The column for the ICU locale is colliculocale up to 16 and colllocale after: hence the JSON.
-- Left out: collations of other encodings, which this database cannot use; collversion, which is the C library's.
SELECT format('%I.%I', n.nspname, c.collname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(c.collowner),
    'provider', CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin' ELSE 'default' END,
    'deterministic', c.collisdeterministic,
    'collate', c.collcollate,
    'ctype', c.collctype,
    'locale', coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale'),
    'rules', to_jsonb(c) ->> 'collicurules'
  )) AS attributes
FROM pg_collation AS c
JOIN pg_namespace AS n ON n.oid = c.collnamespace
WHERE c.collnamespace <> ALL (:namespaces)
  AND c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
  AND c.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_collation'::regclass AND d.deptype = 'e');
