-- Tables of publications, each with its columns and row filter.
SELECT format('%I.%I IN %I', n.nspname, c.relname, p.pubname) AS name,
  jsonb_strip_nulls(jsonb_build_object(
    'table', format('%I.%I', n.nspname, c.relname),
    'publication', quote_ident(p.pubname),
    'columns', (SELECT jsonb_agg(quote_ident(a.attname) ORDER BY a.attname COLLATE "C")
                FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs::int2[])),
    'where', pg_get_expr(r.prqual, r.prrelid)
  )) AS attributes
FROM pg_publication_rel AS r
JOIN pg_publication AS p ON p.oid = r.prpubid
JOIN pg_class AS c ON c.oid = r.prrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relnamespace <> ALL (:namespaces) AND c.oid <> ALL (:relations);
