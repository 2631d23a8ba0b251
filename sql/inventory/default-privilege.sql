-- What ALTER DEFAULT PRIVILEGES will grant on objects that are made later.
SELECT format('FOR %I%s ON %s', pg_get_userbyid(d.defaclrole), ' IN ' || quote_ident(n.nspname),
    CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
    WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects' ELSE d.defaclobjtype::text END) AS name,
  jsonb_build_object(
    'grants', ARRAY(SELECT a::text FROM unnest(d.defaclacl) AS a ORDER BY a::text COLLATE "C")
  ) AS attributes
FROM pg_default_acl AS d
LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
WHERE d.defaclnamespace <> ALL (:namespaces);
