-- Foreign servers. Values of options that may be secrets are digests.
SELECT quote_ident(s.srvname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(s.srvowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(s.srvacl, acldefault('S', s.srvowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'wrapper', (SELECT quote_ident(f.fdwname) FROM pg_foreign_data_wrapper AS f WHERE f.oid = s.srvfdw),
    'type', s.srvtype,
    'version', s.srvversion,
    'options', (
      SELECT jsonb_object_agg(o.option_name, CASE
        WHEN o.option_name ~* '(pass|secret|token|key|cred|private|dsn|conn|ur[il])'
        THEN 'sha256:' || encode(sha256(convert_to(o.option_name || '=' || o.option_value, 'UTF8')), 'hex')
        ELSE o.option_value END)
      FROM pg_options_to_table(s.srvoptions) AS o)
  )) AS attributes
FROM pg_foreign_server AS s
WHERE s.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_foreign_server'::regclass AND d.deptype = 'e');
