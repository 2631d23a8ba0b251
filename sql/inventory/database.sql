-- The database itself, under a name that a copy shares. Its comment is among the comments.
-- datlocprovider and friends have other names in other majors: hence the JSON.
-- Left out: datistemplate and datallowconn (how a server uses it), the C library's datcollversion, freeze ages, OIDs.
SELECT 'this' AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(d.datdba),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
                    ORDER BY a::text COLLATE "C"),
    'connection_limit', nullif(d.datconnlimit, -1),
    'encoding', pg_encoding_to_char(d.encoding),
    'collate', d.datcollate,
    'ctype', d.datctype,
    'provider', CASE d.datlocprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' ELSE 'builtin' END,
    'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
    'rules', to_jsonb(d) ->> 'daticurules',
    'tablespace', (SELECT quote_ident(t.spcname) FROM pg_tablespace AS t
                   WHERE t.oid = d.dattablespace AND t.spcname <> 'pg_default'),
    'settings', (SELECT jsonb_agg(s ORDER BY s COLLATE "C") FROM pg_db_role_setting AS r, unnest(r.setconfig) AS s
                 WHERE r.setdatabase = d.oid AND r.setrole = 0)
  )) AS attributes
FROM pg_database AS d
WHERE d.datname = current_database();
