-- Extended statistics objects. Their target is -1 up to 16 and NULL after where it is the default.
SELECT format('%I.%I', n.nspname, s.stxname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'table', s.stxrelid::regclass::text,
    'owner', pg_get_userbyid(s.stxowner),
    'definition', pg_get_statisticsobjdef(s.oid),
    'target', nullif(coalesce(s.stxstattarget, -1), -1)
  )) AS attributes
FROM pg_statistic_ext AS s
JOIN pg_namespace AS n ON n.oid = s.stxnamespace
WHERE s.stxnamespace <> ALL (:namespaces) AND s.stxrelid <> ALL (:relations)
  AND s.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_statistic_ext'::regclass AND d.deptype = 'e');
