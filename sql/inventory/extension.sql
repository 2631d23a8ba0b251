-- Extensions with their version, schema, owner and the tables whose rows a dump carries as configuration.
-- Left out: the member objects, which come with CREATE EXTENSION; extension-member.sql says how they stand.
SELECT quote_ident(e.extname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'version', e.extversion,
    'schema', quote_ident(n.nspname),
    'owner', pg_get_userbyid(e.extowner),
    'configuration', (SELECT jsonb_object_agg(t.oid::regclass::text, coalesce(e.extcondition[t.place], ''))
                      FROM unnest(e.extconfig) WITH ORDINALITY AS t (oid, place))
  )) AS attributes
FROM pg_extension AS e
JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.oid <> ALL (:extensions);
