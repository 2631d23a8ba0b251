-- User mappings. Their options are credentials: every value is a digest. The view shows NULL for those that this role may
-- not see, and also where there are none; pg_dump reads them from the same view.
SELECT format('FOR %s SERVER %I', CASE WHEN m.umuser = 0 THEN 'public' ELSE quote_ident(m.usename) END, m.srvname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'server', quote_ident(m.srvname),
    'options', (
      SELECT jsonb_object_agg(o.option_name,
        'sha256:' || encode(sha256(convert_to(o.option_name || '=' || o.option_value, 'UTF8')), 'hex'))
      FROM pg_options_to_table(m.umoptions) AS o)
  )) AS attributes
FROM pg_user_mappings AS m
WHERE m.umid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_user_mapping'::regclass AND d.deptype = 'e');
