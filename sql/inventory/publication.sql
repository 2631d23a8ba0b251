-- Publications: what they publish of which schemas. Their tables are entries of their own (publication-table.sql).
-- pubgencols is of PostgreSQL 18 and `n` where nothing was asked for: hence the JSON.
SELECT quote_ident(p.pubname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(p.pubowner),
    'all_tables', p.puballtables,
    'actions', to_jsonb(array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
      CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END], NULL)),
    'via_root', p.pubviaroot,
    'generated_columns', nullif(to_jsonb(p) ->> 'pubgencols', 'n'),
    'schemas', (SELECT jsonb_agg(quote_ident(n.nspname) ORDER BY n.nspname COLLATE "C")
                FROM pg_publication_namespace AS s JOIN pg_namespace AS n ON n.oid = s.pnnspid
                WHERE s.pnpubid = p.oid AND n.oid <> ALL (:namespaces))
  )) AS attributes
FROM pg_publication AS p
WHERE p.oid NOT IN (SELECT d.objid FROM pg_depend AS d WHERE d.classid = 'pg_publication'::regclass AND d.deptype = 'e');
