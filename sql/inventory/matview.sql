-- Materialized views: query, whether populated, options, storage, owner and grants. Their rows are the census' matter.
-- `replica_identity` is there only where it is not the default, `row_type_grants` as in table.sql.
SELECT format('%I.%I', n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(c.relowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'definition', pg_get_viewdef(c.oid),
    'populated', c.relispopulated,
    'access_method', am.amname,
    'tablespace', quote_ident(ts.spcname),
    'options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM unnest(c.reloptions) AS o),
    'toast_options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM pg_class AS toast, unnest(toast.reloptions) AS o
                      WHERE toast.oid = c.reltoastrelid),
    'clustered_on', (SELECT i.indexrelid::regclass::text FROM pg_index AS i
                     WHERE i.indrelid = c.oid AND i.indisclustered),
    'replica_identity', CASE c.relreplident WHEN 'd' THEN NULL WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full'
      ELSE coalesce((SELECT 'index ' || i.indexrelid::regclass FROM pg_index AS i
                     WHERE i.indrelid = c.oid AND i.indisreplident), 'index, dropped') END,
    'row_type_grants', (SELECT jsonb_agg(a::text ORDER BY a::text COLLATE "C") FROM pg_type AS t, unnest(t.typacl) AS a
                        WHERE t.oid = c.reltype)
  )) AS attributes
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_am AS am ON am.oid = c.relam
LEFT JOIN pg_tablespace AS ts ON ts.oid = c.reltablespace
WHERE c.relkind = 'm' AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
