-- Encoding conversions.
SELECT format('%I.%I', n.nspname, c.conname) AS name,
  jsonb_build_object(
    'owner', pg_get_userbyid(c.conowner),
    'from', pg_encoding_to_char(c.conforencoding),
    'to', pg_encoding_to_char(c.contoencoding),
    'function', c.conproc::text,
    'default', c.condefault
  ) AS attributes
FROM pg_conversion AS c
JOIN pg_namespace AS n ON n.oid = c.connamespace
WHERE c.connamespace <> ALL (:namespaces)
  AND c.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_conversion'::regclass AND d.deptype = 'e');
