-- What each declared foreign key does when the row that it refers to goes or gets another key: a (no action), r (restrict),
-- c (cascade), n (set null), d (set default), and which columns it sets. confdelsetcols exists from PostgreSQL 15 on.
SELECT pg_catalog.quote_ident(k.conname) AS name,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS child,
       k.confdeltype AS on_delete,
       k.confupdtype AS on_update,
       (SELECT pg_catalog.json_agg(a.attname ORDER BY s.place)
          FROM unnest(coalesce(
                 (SELECT pg_catalog.array_agg(e::pg_catalog.int2)
                    FROM pg_catalog.jsonb_array_elements_text(nullif(pg_catalog.to_jsonb(k) -> 'confdelsetcols', 'null')) AS e),
                 k.conkey)) WITH ORDINALITY AS s(attnum, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = s.attnum) AS sets
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE k.contype = 'f' AND k.conparentid = 0
