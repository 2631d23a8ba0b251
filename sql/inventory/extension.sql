-- Extensions with their version, schema, owner, the tables whose rows a dump carries as configuration, and what was told
-- to go with the extension (DEPENDS ON EXTENSION). `dependents` is there even where it is empty: only a backup of a version
-- that did not ask has none.
-- Left out: the member objects, which come with CREATE EXTENSION (extension-member.sql says how they stand); of the
-- dependents what is in no dump: members, invalid indexes, and the clones of triggers on partitions.
SELECT quote_ident(e.extname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'version', e.extversion,
    'schema', quote_ident(n.nspname),
    'owner', pg_get_userbyid(e.extowner),
    'configuration', (SELECT jsonb_object_agg(t.oid::regclass::text, coalesce(e.extcondition[t.place], ''))
                      FROM unnest(e.extconfig) WITH ORDINALITY AS t (oid, place)),
    'dependents', ARRAY(
      SELECT format('%s %s', o.type, o.identity) COLLATE "C"
      FROM pg_depend AS d
      CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS o
      LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
      LEFT JOIN pg_trigger AS t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
      LEFT JOIN pg_index AS i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
      LEFT JOIN pg_class AS c ON c.oid = coalesce(t.tgrelid, i.indrelid, CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END)
      WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'x'
        AND coalesce(p.pronamespace, c.relnamespace) <> ALL (:namespaces)
        AND (c.oid IS NULL OR c.oid <> ALL (:relations))
        AND coalesce(i.indisvalid, true) AND coalesce(t.tgparentid, 0) = 0
        AND NOT EXISTS (SELECT FROM pg_depend AS m
                        WHERE m.classid = d.classid AND m.objid = d.objid AND m.deptype = 'e')
      ORDER BY 1)
  )) AS attributes
FROM pg_extension AS e
JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.oid <> ALL (:extensions);
