-- Tables, partitioned tables and foreign tables, with everything but columns, constraints, indexes and triggers.
-- `row_type_grants` is there only where someone granted on the table's row type, which no dump carries.
-- Left out: relhas* hints, statistics, freeze ages and files: they say how, not what. Values of options that may be
-- secrets are digests.
SELECT format('%I.%I', n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' ELSE 'foreign table' END,
    'owner', pg_get_userbyid(c.relowner),
    'grants', ARRAY(SELECT a::text FROM unnest(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
                    ORDER BY a::text COLLATE "C"),
    'persistence', CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
    'access_method', am.amname,
    'tablespace', quote_ident(ts.spcname),
    'options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM unnest(c.reloptions) AS o),
    'toast_options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM pg_class AS toast, unnest(toast.reloptions) AS o
                      WHERE toast.oid = c.reltoastrelid),
    'row_security', c.relrowsecurity,
    'force_row_security', c.relforcerowsecurity,
    'replica_identity', CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full'
      ELSE coalesce((SELECT 'index ' || i.indexrelid::regclass FROM pg_index AS i
                     WHERE i.indrelid = c.oid AND i.indisreplident), 'index, dropped') END,
    'clustered_on', (SELECT i.indexrelid::regclass::text FROM pg_index AS i
                     WHERE i.indrelid = c.oid AND i.indisclustered),
    'partition_key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
    'partition_bound', pg_get_expr(c.relpartbound, c.oid),
    'parents', (SELECT jsonb_agg(h.inhparent::regclass::text ORDER BY h.inhseqno) FROM pg_inherits AS h
                WHERE h.inhrelid = c.oid),
    'detach_pending', (SELECT true FROM pg_inherits AS h WHERE h.inhrelid = c.oid AND h.inhdetachpending),
    'of_type', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
    'row_type_grants', (SELECT jsonb_agg(a::text ORDER BY a::text COLLATE "C") FROM pg_type AS t, unnest(t.typacl) AS a
                        WHERE t.oid = c.reltype),
    'server', quote_ident(s.srvname),
    'foreign_options', (
      SELECT jsonb_object_agg(o.option_name, CASE
        WHEN o.option_name ~* '(pass|secret|token|key|cred|private|dsn|conn|ur[il])'
        THEN 'sha256:' || encode(sha256(convert_to(o.option_name || '=' || o.option_value, 'UTF8')), 'hex')
        ELSE o.option_value END)
      FROM pg_options_to_table(f.ftoptions) AS o)
  )) AS attributes
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_am AS am ON am.oid = c.relam
LEFT JOIN pg_tablespace AS ts ON ts.oid = c.reltablespace
LEFT JOIN pg_foreign_table AS f ON f.ftrelid = c.oid
LEFT JOIN pg_foreign_server AS s ON s.oid = f.ftserver
WHERE c.relkind IN ('r', 'p', 'f') AND c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
