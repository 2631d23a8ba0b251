-- Columns that hold a user's key without a foreign key that says so, as many applications do it: of the key's type, and
-- named as a column that does reference the users is named elsewhere, or as the plan names it. In the form of
-- references.sql.
--
-- $1: the users' table. $2: its key's column. $3: names that count in any case.
SELECT
  a.attrelid AS child,
  u.attrelid AS parent,
  ARRAY[a.attnum] AS child_attributes,
  ARRAY[u.attnum] AS parent_attributes,
  ARRAY[pg_catalog.quote_ident(a.attname)] AS child_columns,
  ARRAY[pg_catalog.quote_ident(u.attname)] AS parent_columns,
  EXISTS (
    SELECT FROM pg_catalog.pg_index i
    WHERE i.indrelid = a.attrelid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum
  ) AS indexed
FROM pg_catalog.pg_attribute u
JOIN pg_catalog.pg_attribute a ON a.atttypid = u.atttypid AND a.attrelid <> u.attrelid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
WHERE u.attrelid = $1::pg_catalog.oid AND u.attname = $2 AND NOT u.attisdropped
  AND (
    a.attname = ANY ($3::text[])
    OR a.attname IN (
      SELECT k.attname
      FROM pg_catalog.pg_constraint f
      JOIN pg_catalog.pg_attribute k ON k.attrelid = f.conrelid AND k.attnum = f.conkey[1]
      WHERE f.contype = 'f' AND f.confrelid = u.attrelid AND f.confkey = ARRAY[u.attnum]
        -- A table of the users' own key, such as one of profiles, says nothing about other columns of that name.
        AND k.attname <> u.attname
    )
  )
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_constraint f
    WHERE f.conrelid = a.attrelid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum]
  )
ORDER BY a.attrelid, a.attnum
