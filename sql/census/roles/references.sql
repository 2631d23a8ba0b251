-- Foreign keys, as ways from a row to the rows that belong to it: the columns on both sides, quoted, and whether an index
-- of the child leads with the first of them, so that the way down costs no scan. A table's reference to itself leads nowhere new.
SELECT
  f.conrelid AS child,
  f.confrelid AS parent,
  f.conkey AS child_attributes,
  f.confkey AS parent_attributes,
  ARRAY(
    SELECT pg_catalog.quote_ident(a.attname)
    FROM pg_catalog.unnest(f.conkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
    ORDER BY k.place
  ) AS child_columns,
  ARRAY(
    SELECT pg_catalog.quote_ident(a.attname)
    FROM pg_catalog.unnest(f.confkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum
    ORDER BY k.place
  ) AS parent_columns,
  EXISTS (
    SELECT FROM pg_catalog.pg_index i
    WHERE i.indrelid = f.conrelid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = f.conkey[1]
  ) AS indexed
FROM pg_catalog.pg_constraint f
WHERE f.contype = 'f' AND f.conparentid = 0 AND f.conrelid <> f.confrelid
ORDER BY f.oid
