-- Grants on configuration parameters (GRANT SET ON PARAMETER). The default is none.
SELECT p.parname AS name,
  jsonb_build_object(
    'grants', ARRAY(SELECT a::text FROM unnest(p.paracl) AS a ORDER BY a::text COLLATE "C")
  ) AS attributes
FROM pg_parameter_acl AS p;
