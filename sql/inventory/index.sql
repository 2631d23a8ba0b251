-- Indexes. The table's entry says which one it is clustered on and which is its replica identity.
-- Left out: indexes of TOAST tables and of members of extensions; indcheckxmin and statistics.
SELECT format('%I.%I', n.nspname, c.relname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'table', i.indrelid::regclass::text,
    'definition', pg_get_indexdef(i.indexrelid),
    'valid', i.indisvalid,
    'ready', i.indisready AND i.indislive,
    'partitioned', nullif(c.relkind = 'I', false),
    'tablespace', quote_ident(ts.spcname),
    'parent', (SELECT h.inhparent::regclass::text FROM pg_inherits AS h WHERE h.inhrelid = c.oid),
    'statistics', (SELECT jsonb_object_agg(a.attnum, a.attstattarget) FROM pg_attribute AS a
                   WHERE a.attrelid = c.oid AND a.attstattarget >= 0)
  )) AS attributes
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_tablespace AS ts ON ts.oid = c.reltablespace
WHERE n.oid <> ALL (:namespaces) AND i.indrelid <> ALL (:relations);
