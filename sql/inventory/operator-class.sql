-- Operator classes. Their operators and support functions are listed with their family.
SELECT format('%I.%I USING %I', n.nspname, k.opcname, am.amname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(k.opcowner),
    'type', format_type(k.opcintype, NULL),
    'key_type', CASE WHEN k.opckeytype <> 0 THEN format_type(k.opckeytype, NULL) END,
    'default', k.opcdefault,
    'family', (SELECT format('%I.%I USING %I', o.nspname, f.opfname, am.amname) FROM pg_opfamily AS f
               JOIN pg_namespace AS o ON o.oid = f.opfnamespace WHERE f.oid = k.opcfamily)
  )) AS attributes
FROM pg_opclass AS k
JOIN pg_namespace AS n ON n.oid = k.opcnamespace
JOIN pg_am AS am ON am.oid = k.opcmethod
WHERE k.opcnamespace <> ALL (:namespaces)
  AND k.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_opclass'::regclass AND d.deptype = 'e');
