-- Text search dictionaries: template and options.
SELECT format('%I.%I', n.nspname, t.dictname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(t.dictowner),
    'template', (SELECT format('%I.%I', o.nspname, p.tmplname) FROM pg_ts_template AS p
                 JOIN pg_namespace AS o ON o.oid = p.tmplnamespace WHERE p.oid = t.dicttemplate),
    'options', t.dictinitoption
  )) AS attributes
FROM pg_ts_dict AS t
JOIN pg_namespace AS n ON n.oid = t.dictnamespace
WHERE t.dictnamespace <> ALL (:namespaces)
  AND t.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_ts_dict'::regclass AND d.deptype = 'e');
