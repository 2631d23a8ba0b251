-- Operator families with all their operators and support functions, those of their classes included.
SELECT format('%I.%I USING %I', n.nspname, f.opfname, am.amname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(f.opfowner),
    'operators', (SELECT jsonb_agg(x.line ORDER BY x.line COLLATE "C")
                  FROM (SELECT o.amopstrategy || ' ' || o.amopopr::regoperator
                          || coalesce(' FOR ORDER BY ' || s.opfname, '') AS line
                        FROM pg_amop AS o LEFT JOIN pg_opfamily AS s ON s.oid = o.amopsortfamily
                        WHERE o.amopfamily = f.oid) AS x),
    'functions', (SELECT jsonb_agg(x.line ORDER BY x.line COLLATE "C")
                  FROM (SELECT format('%s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
                          format_type(p.amprocrighttype, NULL), p.amproc::regprocedure) AS line
                        FROM pg_amproc AS p WHERE p.amprocfamily = f.oid) AS x)
  )) AS attributes
FROM pg_opfamily AS f
JOIN pg_namespace AS n ON n.oid = f.opfnamespace
JOIN pg_am AS am ON am.oid = f.opfmethod
WHERE f.opfnamespace <> ALL (:namespaces)
  AND f.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_opfamily'::regclass AND d.deptype = 'e');
