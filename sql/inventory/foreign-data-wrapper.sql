-- Foreign-data wrappers that someone made. Values of options that may be secrets are digests.
SELECT quote_ident(f.fdwname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(f.fdwowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(f.fdwacl, acldefault('F', f.fdwowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'handler', CASE WHEN f.fdwhandler <> 0 THEN f.fdwhandler::regproc::text END,
    'validator', CASE WHEN f.fdwvalidator <> 0 THEN f.fdwvalidator::regproc::text END,
    'options', (
      SELECT jsonb_object_agg(o.option_name, CASE
        WHEN o.option_name ~* '(pass|secret|token|key|cred|private|dsn|conn|ur[il])'
        THEN 'sha256:' || encode(sha256(convert_to(o.option_name || '=' || o.option_value, 'UTF8')), 'hex')
        ELSE o.option_value END)
      FROM pg_options_to_table(f.fdwoptions) AS o)
  )) AS attributes
FROM pg_foreign_data_wrapper AS f
WHERE f.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_foreign_data_wrapper'::regclass AND d.deptype = 'e');
