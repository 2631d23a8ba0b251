-- The unique indexes and exclusion constraints of a table ($1: oid) but one ($2: its name; empty where there is none). Two of
-- its rows may have exchanged what such an index holds. `columns` is null where it is about expressions or some rows only.
SELECT pg_catalog.quote_ident(ic.relname) AS name,
       CASE WHEN i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL THEN
         (SELECT pg_catalog.json_agg(a.attname ORDER BY k.place)
            FROM unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k(attnum, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
           WHERE k.place <= i.indnkeyatts) END AS columns
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
 WHERE i.indrelid = $1::pg_catalog.oid AND (i.indisunique OR i.indisexclusion) AND i.indisvalid AND ic.relname <> $2
 ORDER BY 1
