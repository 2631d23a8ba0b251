-- Text search templates: their two functions. They have no owner.
SELECT format('%I.%I', n.nspname, t.tmplname) AS name,
  jsonb_build_object('init', t.tmplinit::text, 'lexize', t.tmpllexize::text) AS attributes
FROM pg_ts_template AS t
JOIN pg_namespace AS n ON n.oid = t.tmplnamespace
WHERE t.tmplnamespace <> ALL (:namespaces)
  AND t.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_ts_template'::regclass AND d.deptype = 'e');
