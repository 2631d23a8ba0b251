-- Text search configurations: parser, and per kind of token the dictionaries in order.
SELECT format('%I.%I', n.nspname, c.cfgname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(c.cfgowner),
    'parser', (SELECT format('%I.%I', o.nspname, p.prsname) FROM pg_ts_parser AS p
               JOIN pg_namespace AS o ON o.oid = p.prsnamespace WHERE p.oid = c.cfgparser),
    'mappings', (SELECT jsonb_object_agg(m.alias, m.dictionaries)
                 FROM (SELECT t.alias, jsonb_agg(m.mapdict::regdictionary::text ORDER BY m.mapseqno) AS dictionaries
                       FROM pg_ts_config_map AS m
                       JOIN LATERAL ts_token_type(c.cfgparser) AS t ON t.tokid = m.maptokentype
                       WHERE m.mapcfg = c.oid GROUP BY t.alias) AS m)
  )) AS attributes
FROM pg_ts_config AS c
JOIN pg_namespace AS n ON n.oid = c.cfgnamespace
WHERE c.cfgnamespace <> ALL (:namespaces)
  AND c.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_ts_config'::regclass AND d.deptype = 'e');
